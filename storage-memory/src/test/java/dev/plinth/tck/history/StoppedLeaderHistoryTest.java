package dev.plinth.tck.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Put;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.storage.memory.MemoryStoreProvider;
import dev.plinth.tck.VirtualRuntime;
import dev.plinth.tck.history.Checks.Tolerance;
import dev.plinth.tck.history.Violation.Checker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Leases of three seconds, renewed after one second by a leader of which the old one is not told.
 */
final class StoppedLeaderHistoryTest {
  private static final Duration TTL = Duration.ofSeconds(3);
  private static final Tolerance TOLERANCE = Tolerance.RENEWALS_UNDONE_BY_OLD_LEADERS;

  private final VirtualRuntime time = new VirtualRuntime(1);
  private final long begun = time.nanoTime();

  @Test
  void anEndByALeaderThatWentOnIsTolerated() {
    History history = endedAfterRenewal();
    history.add(new History.LeaderStop(millis(500), millis(2900)));

    assertThat(ofLeases(history, TOLERANCE)).isEmpty();
    assertThat(ofLeases(history, Tolerance.NONE)).hasSize(1);
  }

  @Test
  void anEndLongAfterTheLeaderWentOnIsNot() {
    History history = endedAfterRenewal();
    history.add(new History.LeaderStop(millis(500), millis(1500)));

    assertThat(ofLeases(history, TOLERANCE)).hasSize(1);
  }

  @Test
  void anEndAfterARenewalThatTheLeaderKnewIsNot() {
    History history = endedAfterRenewal();
    history.add(new History.LeaderStop(millis(1500), millis(2900)));

    assertThat(ofLeases(history, TOLERANCE)).hasSize(1);
  }

  @Test
  void anEndWithoutAnyStopIsNot() {
    assertThat(ofLeases(endedAfterRenewal(), TOLERANCE)).hasSize(1);
  }

  private long millis(int sinceBegun) {
    return begun + Duration.ofMillis(sinceBegun).toNanos();
  }

  private History endedAfterRenewal() {
    try (Store store = new MemoryStoreProvider().open(Settings.empty(), time)) {
      History history = new History(store);
      SeededWatcher observer =
          SeededWatcher.observer(
              store,
              history,
              new Surroundings(time::advance, Duration.ofMillis(10), Duration.ofSeconds(10)));
      LeaseId lease =
          history
              .record(
                  0,
                  new Call.Request.Granting(LeaseId.NONE, TTL),
                  () -> new Call.Answer.Leased(store.leases().grant(TTL)))
              .lease()
              .orElseThrow();
      Transaction put = Transaction.of(Put.of(Key.utf8("/k"), Bytes.utf8("v")).withLease(lease));
      Call unusedPut =
          history.record(
              0,
              new Call.Request.Committing(put),
              () -> new Call.Answer.Committed(store.keyValues().commit(put)));
      time.advance(Duration.ofSeconds(1));
      // The store is the old leader: it hears nothing of this.
      Call unusedRenewal =
          history.record(
              0,
              new Call.Request.Renewing(lease),
              () -> new Call.Answer.Leased(new LeaseInfo(lease, TTL, TTL, List.of())));
      time.advance(Duration.ofSeconds(2));
      observer.finish(store.keyValues().current());
      return history;
    }
  }

  private static List<Violation> ofLeases(History history, Tolerance tolerance) {
    return Checks.run(history, tolerance).stream()
        .filter(violation -> violation.checker() == Checker.LEASES)
        .toList();
  }
}
