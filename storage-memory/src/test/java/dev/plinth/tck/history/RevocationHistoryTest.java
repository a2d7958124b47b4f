package dev.plinth.tck.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.storage.memory.MemoryStoreProvider;
import dev.plinth.tck.VirtualRuntime;
import dev.plinth.tck.history.Violation.Checker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Revocations beside writes whose outcome nobody was told. */
final class RevocationHistoryTest {
  private static final Key KEY = Key.utf8("/k");

  @Test
  void aRevocationThatEndedNothingIsNotTakenForTheWriteBeforeIt() {
    VirtualRuntime time = new VirtualRuntime(1);
    try (Store store = new MemoryStoreProvider().open(Settings.empty(), time)) {
      History history = new History(store);
      SeededWatcher observer =
          SeededWatcher.observer(
              store,
              history,
              new Surroundings(time::advance, Duration.ofMillis(10), Duration.ofSeconds(10)));
      LeaseId first = grant(history, store);
      LeaseId second = grant(history, store);
      Transaction attach = put("1", first);
      Call unused =
          history.record(
              0,
              new Call.Request.Committing(attach),
              () -> new Call.Answer.Committed(store.keyValues().commit(attach)));
      Transaction move = put("2", second);
      unused =
          history.record(
              1,
              new Call.Request.Committing(move),
              () -> {
                throw new OutcomeUnknownException(
                    "lost: " + store.keyValues().commit(move).revision());
              });
      Call revoked =
          history.record(
              0,
              new Call.Request.Revoking(first),
              () -> new Call.Answer.At(store.leases().revoke(first)));
      assertThat(revoked.revision()).contains(store.keyValues().current());
      observer.finish(store.keyValues().current());

      assertThat(Checks.run(history))
          .filteredOn(violation -> violation.checker() != Checker.ASSUMPTIONS)
          .isEmpty();
    }
  }

  private static LeaseId grant(History history, Store store) {
    Duration ttl = Duration.ofSeconds(10);
    Call granted =
        history.record(
            0,
            new Call.Request.Granting(LeaseId.NONE, ttl),
            () -> new Call.Answer.Leased(store.leases().grant(ttl)));
    return granted.lease().orElseThrow();
  }

  private static Transaction put(String value, LeaseId lease) {
    return Transaction.of(Put.of(KEY, Bytes.utf8(value)).withLease(lease));
  }
}
