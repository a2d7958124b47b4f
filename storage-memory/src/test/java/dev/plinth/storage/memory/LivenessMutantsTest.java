package dev.plinth.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Commit;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.Await;
import dev.plinth.tck.VirtualRuntime;
import dev.plinth.tck.history.Checks;
import dev.plinth.tck.history.Load;
import dev.plinth.tck.history.Surroundings;
import dev.plinth.tck.history.Violation;
import dev.plinth.tck.history.Violation.Checker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** That a client or a watch which does not recover from a disturbance is noticed. */
final class LivenessMutantsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void whoRecoversIsNotAccused() {
    assertThat(violations(true, (store, broken) -> store, (store, broken) -> store)).isEmpty();
  }

  @Test
  void aClientThatIsNotServedAgainIsFound() {
    assertThat(violations(true, Unserving::new, (store, broken) -> store))
        .extracting(Violation::checker)
        .contains(Checker.LIVENESS);
  }

  @Test
  void aWatchThatDoesNotCatchUpIsFound() {
    assertThat(violations(false, (store, broken) -> store, Undelivering::new))
        .extracting(Violation::checker)
        .contains(Checker.LIVENESS);
  }

  /** Runs a load through a disturbance after which a client or the observer may stay broken. */
  private static List<Violation> violations(
      boolean delivers,
      BiFunction<Store, AtomicBoolean, Store> client,
      BiFunction<Store, AtomicBoolean, Store> observing) {
    VirtualRuntime time = new VirtualRuntime(1);
    AtomicBoolean broken = new AtomicBoolean();
    Await await = new Await(PATIENCE);
    try (Store store = new MemoryStoreProvider().open(Settings.empty(), time)) {
      Surroundings surroundings = new Surroundings(time::advance, Duration.ofMillis(100), PATIENCE);
      Load load =
          Load.start(
              7,
              List.of(store, client.apply(store, broken)),
              observing.apply(store, broken),
              surroundings);
      long begun = time.nanoTime();
      await.until("all are at work", () -> load.missingSince(begun, Revision.of(50)).isEmpty());
      /* From here on time passes here alone, so that a client calls in every second of it. */
      load.hold(load.clients(), true);
      broken.set(true);
      Revision seen = store.keyValues().current();
      awaitCalls(await, load, time);
      await.until("more is written", () -> store.keyValues().current().isAfter(seen.next()));
      load.disturbedSince(begun);
      for (int second = 0; second < 15; second++) {
        time.advance(Duration.ofSeconds(1));
        awaitCalls(await, load, time);
        if (delivers && second == 0) {
          // Its thread may get no time at all in what are seconds here.
          Revision reached = store.keyValues().current();
          await.until("the observer follows", () -> load.observed().compareTo(reached) >= 0);
        }
      }
      broken.set(false);
      return Checks.run(load.finish(store));
    }
  }

  /** Waits until each client has made a call from now on, so that none before is under way. */
  private static void awaitCalls(Await await, Load load, VirtualRuntime time) {
    time.advance(Duration.ofMillis(1));
    long now = time.nanoTime();
    for (int client = 0; client < load.clients(); client++) {
      int number = client;
      await.until(
          "client " + number + " calls",
          () -> load.history().last(number).filter(c -> c.timeInvoked() >= now).isPresent());
    }
  }

  /** Answers no call while it is broken. */
  private static final class Unserving extends AlteredStore {
    private final AtomicBoolean broken;

    Unserving(Store store, AtomicBoolean broken) {
      super(store);
      this.broken = broken;
    }

    private void serve() {
      if (broken.get()) {
        throw new StoreUnavailableException("broken");
      }
    }

    @Override
    public Slice read(Read read) {
      serve();
      return super.read(read);
    }

    @Override
    public Commit commit(Transaction transaction) {
      serve();
      return super.commit(transaction);
    }

    @Override
    public LeaseInfo grant(Duration ttl) {
      serve();
      return super.grant(ttl);
    }

    @Override
    public LeaseInfo renew(LeaseId id) {
      serve();
      return super.renew(id);
    }

    @Override
    public Revision revoke(LeaseId id) {
      serve();
      return super.revoke(id);
    }
  }

  /** Keeps deliveries back while it is broken. */
  private static final class Undelivering extends AlteredStore {
    private final AtomicBoolean broken;

    Undelivering(Store store, AtomicBoolean broken) {
      super(store);
      this.broken = broken;
    }

    @Override
    List<WatchBatch> altered(WatchOptions options, WatchBatch batch) {
      new Await(PATIENCE).until("deliveries go on", () -> !broken.get());
      return List.of(batch);
    }
  }
}
