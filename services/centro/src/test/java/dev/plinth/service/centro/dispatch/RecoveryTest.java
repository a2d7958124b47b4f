package dev.plinth.service.centro.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is taken back, and when. */
final class RecoveryTest {
  private static final DispatchTiming TIMING =
      new DispatchTiming(
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          Duration.ofSeconds(15),
          Duration.ofSeconds(1));
  private static final NodeId NODE = NodeId.of("n");
  private static final Possession UNCLAIMED = new Possession(JobId.of("a"), 1, NODE, true);
  private static final Possession RUNNING = new Possession(JobId.of("b"), 1, NODE, false);

  @Test
  void aReservationEndsAfterItsTime() {
    Recovery recovery = new Recovery(TIMING, 0);
    assertThat(look(recovery, UNCLAIMED, true, 100).unclaimed()).isEmpty();
    assertThat(look(recovery, UNCLAIMED, true, 129).unclaimed()).isEmpty();
    assertThat(look(recovery, UNCLAIMED, true, 130).unclaimed()).containsExactly(UNCLAIMED);
  }

  @Test
  void aNewAttemptHasItsOwnTime() {
    Recovery recovery = new Recovery(TIMING, 0);
    look(recovery, UNCLAIMED, true, 100);
    Possession next = new Possession(UNCLAIMED.job(), 2, NODE, true);
    assertThat(look(recovery, next, true, 131).unclaimed()).isEmpty();
    assertThat(look(recovery, next, true, 161).unclaimed()).containsExactly(next);
  }

  @Test
  void aNodeIsLostAfterItsGraceAndNotBeforeAFullTtlOfWatching() {
    Recovery recovery = new Recovery(TIMING, 0);
    assertThat(look(recovery, RUNNING, false, 1).lost()).isEmpty();
    assertThat(look(recovery, RUNNING, false, 59).lost()).isEmpty();
    assertThat(look(recovery, RUNNING, false, 60).lost()).containsExactly(RUNNING);
    assertThat(look(recovery, RUNNING, true, 100).lost()).isEmpty();
    assertThat(look(recovery, RUNNING, false, 101).lost()).as("gone again").isEmpty();
    assertThat(look(recovery, RUNNING, false, 111).lost()).containsExactly(RUNNING);
  }

  @Test
  void afterATimeWithoutSightEverybodyHasTheFullTimeAgain() {
    Recovery recovery = new Recovery(TIMING, 0);
    look(recovery, UNCLAIMED, true, 100);
    look(recovery, RUNNING, false, 100);
    recovery.beginAnew(Duration.ofSeconds(200).toNanos());
    assertThat(look(recovery, UNCLAIMED, true, 201).unclaimed()).isEmpty();
    assertThat(look(recovery, RUNNING, false, 259).lost()).isEmpty();
    assertThat(look(recovery, RUNNING, false, 269).lost()).containsExactly(RUNNING);
  }

  @Test
  void anOwedAnswerIsForgivenToANodeThatHadATtlToGiveIt() {
    Recovery recovery = new Recovery(TIMING, 0);
    OwedAnswer owed = new OwedAnswer(NODE, JobId.of("a"), 1);
    assertThat(forgiven(recovery, owed, Set.of(), 100)).isEmpty();
    assertThat(forgiven(recovery, owed, Set.of(NODE), 200)).as("just back").isEmpty();
    assertThat(forgiven(recovery, owed, Set.of(NODE), 259)).isEmpty();
    assertThat(forgiven(recovery, owed, Set.of(NODE), 260)).containsExactly(owed);
  }

  private static Recovery.Due look(
      Recovery recovery, Possession one, boolean isAlive, long seconds) {
    return recovery.look(
        List.of(one),
        isAlive ? Set.of(NODE) : Set.of(),
        List.of(),
        Duration.ofSeconds(seconds).toNanos());
  }

  private static Set<OwedAnswer> forgiven(
      Recovery recovery, OwedAnswer owed, Set<NodeId> alive, long seconds) {
    return recovery
        .look(List.of(), alive, List.of(owed), Duration.ofSeconds(seconds).toNanos())
        .forgiven();
  }
}
