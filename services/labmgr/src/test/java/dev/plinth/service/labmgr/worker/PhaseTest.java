package dev.plinth.service.labmgr.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PhaseTest {

  @Test
  void aWorkerReachesEveryPhase() {
    Set<Phase> reached = EnumSet.of(Phase.PENDING);
    while (reached.addAll(
        reached.stream()
            .flatMap(phase -> phase.successors().stream())
            .collect(() -> EnumSet.noneOf(Phase.class), Set::add, Set::addAll))) {
      assertThat(reached).hasSizeLessThanOrEqualTo(Phase.values().length);
    }
    assertThat(reached).containsExactlyInAnyOrder(Phase.values());
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void theWayOutOfEveryPhaseLeadsToTheEnd(Phase start) {
    Set<Phase> passed = EnumSet.of(start);
    Phase phase = start;
    while (phase != Phase.TERMINATED) {
      Phase next = phase.wayOut().orElseGet(lastOf(phase));
      assertThat(phase.mayBecome(next)).as("%s after %s", next, phase).isTrue();
      assertThat(passed.add(next)).as("%s again", next).isTrue();
      phase = next;
    }
  }

  private static Supplier<Phase> lastOf(Phase phase) {
    return () -> phase.successors().stream().findFirst().orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void namesAreReadAsTheyAreWritten(Phase phase) {
    assertThat(Phase.of(phase.text())).contains(phase);
  }

  @Test
  void onlyPhasesThatCanTakeLabsAcceptThem() {
    assertThat(EnumSet.allOf(Phase.class).stream().filter(Phase::acceptsLabs))
        .containsExactlyInAnyOrder(Phase.READY_UNLICENSED, Phase.READY, Phase.ACTIVE);
  }
}
