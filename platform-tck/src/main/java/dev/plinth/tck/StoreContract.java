package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Capability;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Measurement;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a store says of itself, how it refuses, and how it ends: cases 125 and 127 to 131.
 *
 * @since 0.1
 */
public interface StoreContract extends StoreFixture {
  /** The status names the store, its data and its members, and asking changes nothing. */
  @Test
  @Verifies("G1")
  default void theStatusSaysHowTheStoreIs() {
    try (Store store = openEmpty()) {
      StoreStatus empty = store.status();
      assertThat(empty.store()).isEqualTo(providerName());
      assertThat(empty.version()).isNotEmpty();
      assertThat(empty.incarnation()).isNotEmpty();
      assertThat(empty.members()).isNotEmpty();
      assertThat(empty.revision()).isEqualTo(Revision.of(1));
      assertThat(empty.compacted()).isEqualTo(Revision.ZERO);
      assertThat(empty.alarms()).isEmpty();
      Revision now = store.keyValues().put(freshKey(), Bytes.EMPTY);
      StoreStatus one = store.status();
      assertThat(store.measurements().stream().map(Measurement::name).toList())
          .doesNotHaveDuplicates()
          .isEqualTo(store.measurements().stream().map(Measurement::name).toList());

      assertThat(one.revision()).isEqualTo(now);
      assertThat(one.incarnation()).isEqualTo(empty.incarnation());
      one.keys().ifPresent(keys -> assertThat(keys).isEqualTo(1));
      assertThat(store.status().revision()).isEqualTo(now);
    }
  }

  /** Limits are known without asking, and within those of the data model. */
  @Test
  @Verifies("G13")
  default void limitsAreDeclared() {
    try (Store store = open()) {
      StoreLimits limits = store.limits();
      assertThat(limits.operations()).isPositive();
      assertThat(limits.requestBytes()).isPositive();
      assertThat(limits.shortestTtl()).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
      assertThat(limits.longestTtl()).isGreaterThan(limits.shortestTtl());
      assertThat(limits.expiryBound()).isPositive();
      assertThat(limits.deliveryBound()).isPositive();
      assertThat(store.capabilities()).isEqualTo(store.capabilities());
    }
  }

  /** Data of another store is told apart. */
  @Test
  @Verifies("G40")
  default void dataOfAnotherStoreIsToldApart() {
    try (Store one = openEmpty();
        Store other = openEmpty()) {
      assertThat(one.status().incarnation()).isNotEqualTo(other.status().incarnation());
    }
  }

  /** Whatever is refused left no trace, and is refused in the same words on all stores. */
  @Test
  @Case({125, 130})
  @Verifies({"G12", "G38", "G43"})
  default void whatIsRefusedLeavesNoTraceAndSaysTheSameEverywhere() {
    try (Store store = openEmpty()) {
      Key other = freshKey();
      store.keyValues().put(other, Bytes.utf8("1"));
      Revision current = store.keyValues().put(other, Bytes.utf8("2"));
      LeaseId taken = store.leases().grant(Duration.ofHours(1)).id();
      store.keyValues().compact(current);
      Slice before = store.keyValues().list(KeyRange.all());

      for (Refusal refusal : Refusal.all(freshKey(), current, taken)) {
        assertThat(catchThrowable(() -> refusal.request().accept(store)))
            .as(refusal.name())
            .isInstanceOf(refusal.error())
            .hasMessageStartingWith(refusal.message());
        assertThat(store.keyValues().list(KeyRange.all())).as(refusal.name()).isEqualTo(before);
      }
      assertThat(store.leases().list()).containsExactly(taken);
    }
  }

  /** Calls that are under way when the store is closed end, as closed or with a result. */
  @Test
  @Case(127)
  @Verifies({"G37", "G42"})
  default void callsUnderWayEndWhenTheStoreIsClosed() {
    int callers = 100;
    Store store = open();
    KeySpace space = freshKeySpace();
    CountDownLatch busy = new CountDownLatch(callers);
    List<Future<Throwable>> calls = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      Key key = space.key("" + i);
      boolean writes = i % 2 == 0;
      calls.add(
          Concurrently.start(() ->
              catchThrowable(() -> {
                while (true) {
                  if (writes) {
                    store.keyValues().put(key, Bytes.EMPTY);
                  } else {
                    store.leases().revoke(store.leases().grant(Duration.ofHours(1)).id());
                  }
                  busy.countDown();
                }
              })));
    }
    Await.of(this).until("all are busy", () -> busy.getCount() == 0);
    store.close();
    for (Future<Throwable> call : calls) {
      assertThat(Concurrently.result(call, patience())).isInstanceOf(HandleClosedException.class);
    }
  }

  /** Closing is done once; whatever is asked of a closed store is answered with "closed". */
  @Test
  @Case(128)
  @Verifies({"G42", "G43"})
  default void aClosedStoreAnswersClosed() {
    Store store = open();
    Key key = freshKey();
    LeaseId lease = store.leases().grant(Duration.ofMinutes(1)).id();
    store.close();
    store.close();
    List<Consumer<Store>> requests =
        List.of(
            s -> s.keyValues().get(key),
            s -> s.keyValues().list(KeyRange.single(key)),
            s -> s.keyValues().put(key, Bytes.EMPTY),
            s -> s.keyValues().delete(key),
            s -> s.keyValues().commit(Transaction.of(Read.of(key))),
            s -> s.keyValues().compact(Revision.of(1)),
            s -> s.keyValues().current(),
            s -> s.leases().grant(Duration.ofMinutes(1)),
            s -> s.leases().renew(lease),
            s -> s.leases().revoke(lease),
            s -> s.leases().describe(lease),
            s -> s.leases().list(),
            s -> s.watches().open(WatchOptions.of(KeyRange.single(key))),
            s -> s.status());
    for (int i = 0; i < requests.size(); i++) {
      Consumer<Store> request = requests.get(i);
      assertThat(catchThrowable(() -> request.accept(store)))
          .as("request %s", i)
          .isInstanceOf(HandleClosedException.class);
    }
    assertThat(store.limits().operations()).isPositive();
    assertThat(store.capabilities()).doesNotContainNull();
  }

  /** Opening and closing leaves no thread behind. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES) // longer than what it waits for
  @Case({128, 129})
  @Verifies("G42")
  default void openingAndClosingLeavesNoThreadBehind() {
    try (Store store = open()) {
      Revision unused = store.keyValues().put(freshKey(), Bytes.EMPTY);
    }
    /* Other tests may run beside this one: what starts a thread in a group starts it there. */
    ThreadGroup group = new ThreadGroup("stores");
    FutureTask<Boolean> cycles =
        new FutureTask<>(() -> {
          for (int i = 0; i < 100; i++) {
            openUseAndClose();
          }
          return true;
        });
    new Thread(group, cycles, "opens-and-closes").start();
    boolean unused = Concurrently.result(cycles, patience().multipliedBy(10));
    Await.of(this)
        .until(
            "threads have ended",
            () -> {
              Thread[] left = new Thread[group.activeCount() + 100];
              int count = group.enumerate(left);
              return count < 20 && Arrays.stream(left, 0, count).allMatch(Thread::isDaemon);
            });
  }

  private void openUseAndClose() {
    try (Store store = open()) {
      Key key = freshKey();
      Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)));
      store.keyValues().put(key, Bytes.EMPTY, store.leases().grant(Duration.ofMinutes(1)).id());
      assertThat(Deliveries.of(watch, this).nextChanges().changes()).hasSize(1);
    }
  }

  /** An interrupt ends a wait, and a bounded call keeps the flag. */
  @Test
  @Case(131)
  @Verifies({"G37", "G41"})
  default void anInterruptEndsAWaitAndIsKeptByABoundedCall() {
    try (Store store = open()) {
      Key key = freshKey();
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
        CountDownLatch begun = new CountDownLatch(1);
        Future<Throwable> reader =
            Concurrently.start(() -> {
              Thread.currentThread().interrupt();
              begun.countDown();
              return catchThrowable(watch::next);
            });
        assertThat(Concurrently.result(reader, patience()))
            .isInstanceOf(InterruptedException.class);
        store.keyValues().put(key, Bytes.utf8("still delivered"));
        assertThat(Deliveries.of(watch, this).nextChanges().changes()).hasSize(1);
      }
      Future<Boolean> caller =
          Concurrently.start(() -> {
            Thread.currentThread().interrupt();
            try {
              Optional<Entry> unused = store.keyValues().get(key);
            } catch (StoreUnavailableException interrupted) {
              assertThat(interrupted).hasMessageContaining("interrupted");
            }
            boolean kept = Thread.currentThread().isInterrupted();
            try {
              Revision unused = store.keyValues().put(key, Bytes.EMPTY);
            } catch (StoreUnavailableException | OutcomeUnknownException interrupted) {
              assertThat(interrupted).hasMessageContaining("interrupted");
            }
            return kept && Thread.currentThread().isInterrupted();
          });
      assertThat(Concurrently.result(caller, patience())).isTrue();
    }
  }

  /** A store that never leaves the process never waits, so an interrupt changes nothing. */
  @Test
  @Verifies({"G37", "G43"})
  default void aStoreInThisProcessNeverWaits(CaseRecord record) {
    try (Store store = open()) {
      if (!store.capabilities().contains(Capability.IN_PROCESS)) {
        record.withheld(Capability.IN_PROCESS);
        return;
      }
      Key key = freshKey();
      Future<Boolean> caller =
          Concurrently.start(() -> {
            Thread.currentThread().interrupt();
            LeaseId lease = store.leases().grant(Duration.ofMinutes(1)).id();
            store.keyValues().put(key, Bytes.EMPTY, lease);
            assertThat(store.keyValues().get(key)).isPresent();
            assertThat(store.leases().renew(lease).id()).isEqualTo(lease);
            try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
              store.leases().revoke(lease);
              assertThat(watch.tryNext().orElseThrow().changes()).hasSize(1);
            }
            return Thread.currentThread().isInterrupted();
          });
      assertThat(Concurrently.result(caller, patience())).isTrue();
    }
  }
}
