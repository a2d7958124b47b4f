package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Capability;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What outlives the servers: cases 157 to 162. They need a {@link Cluster}.
 *
 * @since 0.1
 */
public interface RestartContract extends StoreFixture {
  /** A member that leads may die while nothing happens: everything is still there. */
  @Test
  @Case(157)
  @Verifies({"G8", "G9", "G22", "G28"})
  default void aFailOverKeepsEverything(CaseRecord record) {
    try (Cluster cluster = record.require(startCluster(), NotApplicable.NO_FAIL_OVER);
        Store store = cluster.open()) {
      Key key = freshKey();
      LeaseId lease = store.leases().grant(Duration.ofMinutes(10)).id();
      Revision first = store.keyValues().put(key, Bytes.utf8("1"), lease);
      Revision second = store.keyValues().put(key, Bytes.utf8("2"), lease);
      Entry entry = store.keyValues().get(key).orElseThrow();
      cluster.failOver();

      Slice after = eventually(() -> store.keyValues().read(Read.of(key)));
      assertThat(after.entries()).containsExactly(entry);
      assertThat(after.revision()).isEqualTo(second);
      assertThat(store.leases().describe(lease).orElseThrow().keys()).containsExactly(key);
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)).from(first))) {
        assertThat(Deliveries.of(watch, this).changesUntil(second))
            .extracting(Change::revision)
            .containsExactly(first, second);
      }
    }
  }

  /** Under load no acknowledged write is lost, and an unknown one happened once or never. */
  @Test
  @Case({158, 160})
  @Verifies({"G8", "G25", "G26", "G38", "G39"})
  default void aFailOverUnderLoadLosesNoAcknowledgedWrite(CaseRecord record) {
    try (Cluster cluster = record.require(startCluster(), NotApplicable.NO_FAIL_OVER);
        Store store = cluster.open()) {
      underLoad(store, cluster::failOver);
    }
  }

  /** A member may join under load: nothing is lost, no error beyond those that allow a retry. */
  @Test
  @Case(161)
  @Verifies({"G8", "G25", "G26", "G38", "G39"})
  default void growingUnderLoadLosesNothing(CaseRecord record) {
    try (Cluster cluster = record.require(startCluster(), NotApplicable.NO_FAIL_OVER);
        Store store = cluster.open()) {
      underLoad(store, cluster::grow);
    }
  }

  /** Writers create keys of their own, each once, while something happens to the servers. */
  private void underLoad(Store store, Runnable disturbance) {
    KeySpace space = freshKeySpace();
    Set<Key> acknowledged = ConcurrentHashMap.newKeySet();
    Set<Key> refused = ConcurrentHashMap.newKeySet();
    AtomicBoolean done = new AtomicBoolean();
    try (Watch watch = store.watches().open(WatchOptions.of(space.below()))) {
      List<Future<Integer>> writers = new ArrayList<>();
      for (int w = 0; w < 4; w++) {
        int writer = w;
        writers.add(
            Concurrently.start(() -> {
              int written = 0;
              for (; !done.get(); written++) {
                Key key = space.key(writer + "-" + written);
                try {
                  store.keyValues().put(key, Bytes.EMPTY);
                  acknowledged.add(key);
                } catch (StoreUnavailableException never) {
                  refused.add(key);
                } catch (OutcomeUnknownException perhaps) {
                  assertThat(perhaps.getMessage()).isNotEmpty();
                }
              }
              return written;
            }));
      }
      Await.of(this).until("the load is on", () -> acknowledged.size() > 100);
      disturbance.run();
      int before = acknowledged.size();
      Await.of(this).until("the load goes on", () -> acknowledged.size() > before + 100);
      done.set(true);
      int written = 0;
      for (Future<Integer> writer : writers) {
        written += Concurrently.result(writer, patience());
      }
      assertThat(written).isGreaterThanOrEqualTo(acknowledged.size());

      Slice all = eventually(() -> store.keyValues().list(space.below()));
      Set<Key> present = new HashSet<>();
      all.entries().forEach(entry -> present.add(entry.key()));
      assertThat(present).containsAll(acknowledged).noneMatch(refused::contains);
      assertThat(all.entries()).allMatch(entry -> entry.version() == 1);
      List<Change> changes = Deliveries.of(watch, this).drain(all.revision());
      assertThat(changes).extracting(Change::key).containsExactlyInAnyOrderElementsOf(present);
    }
  }

  /** When all data is lost, clients of before are told, and never shown an empty store. */
  @Test
  @Case(159)
  @Verifies("G40")
  default void theLossOfAllDataIsTold(CaseRecord record) {
    try (Cluster cluster = record.require(startCluster(), NotApplicable.NO_RESTART);
        Store store = cluster.open()) {
      Key key = freshKey();
      store.keyValues().put(key, Bytes.EMPTY);
      String incarnation = store.status().incarnation();
      cluster.loseEverything();

      StoreException error =
          Await.of(this)
              .value(
                  "an answer",
                  () -> {
                    try {
                      return store.keyValues().get(key).isEmpty()
                          ? Optional.of(new StoreUnavailableException("the store looks empty"))
                          : Optional.empty();
                    } catch (StoreUnavailableException | OutcomeUnknownException again) {
                      return Optional.empty();
                    } catch (StoreException told) {
                      return Optional.of(told);
                    }
                  });
      assertThat(error).isInstanceOf(IncarnationLostException.class);
      try (Store fresh = cluster.open()) {
        assertThat(eventually(fresh::status).incarnation()).isNotEqualTo(incarnation);
      }
    }
  }

  /** Acknowledged data survives a restart of everything, or is known to be other data. */
  @Test
  @Case(159)
  @Verifies({"G8", "G40"})
  default void whatWasAcknowledgedSurvivesARestartOrIsKnownToBeGone(CaseRecord record) {
    Key key = freshKey();
    Optional<Cluster> started = startCluster();
    if (started.isPresent()) {
      try (Cluster cluster = started.get();
          Store store = cluster.open()) {
        Revision put = store.keyValues().put(key, Bytes.utf8("kept"));
        boolean durable = store.capabilities().contains(Capability.DURABLE);
        cluster.restart();
        if (durable) {
          Slice after = eventually(() -> store.keyValues().read(Read.of(key)));
          assertThat(after.entries()).extracting(Entry::modified).containsExactly(put);
          return;
        }
      }
    }
    record.withheld(Capability.DURABLE);
    String incarnation;
    try (Store store = openEmpty()) {
      assertThat(store.capabilities()).doesNotContain(Capability.DURABLE);
      store.keyValues().put(key, Bytes.utf8("lost"));
      incarnation = store.status().incarnation();
    }
    try (Store store = openEmpty()) {
      assertThat(store.keyValues().get(key)).isEmpty();
      assertThat(store.status().incarnation()).isNotEqualTo(incarnation);
    }
  }

  /** The same ten thousand commands give the same data, on every replica and every store. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  @Case(162)
  @Verifies({"G3", "G4"})
  default void theSameCommandsGiveTheSameData() {
    Slice data;
    Optional<String> digest;
    try (Store store = openEmpty()) {
      runScript(store);
      data = store.keyValues().list(KeyRange.all());
      digest = store.status().digest();
    }
    Optional<Cluster> started = startCluster();
    try (Cluster cluster = started.orElse(null);
        Store store = cluster == null ? openEmpty() : cluster.open()) {
      runScript(store);
      assertThat(store.keyValues().list(KeyRange.all())).isEqualTo(data);
      assertThat(store.status().digest()).isEqualTo(digest);
      if (cluster != null) {
        Await.of(this)
            .until("all replicas agree", () -> new HashSet<>(cluster.digests()).size() == 1);
      }
      store.keyValues().put(Key.utf8("one more"), Bytes.EMPTY);
      if (digest.isPresent()) {
        assertThat(store.status().digest()).isNotEqualTo(digest);
      }
    }
  }

  private static void runScript(Store store) {
    Random random = new Random(162);
    KeyValues kv = store.keyValues();
    for (int i = 0; i < 10_000; i++) {
      Key key = Key.utf8("/script/" + random.nextInt(200));
      Bytes value = Bytes.utf8("" + i);
      Transaction transaction =
          switch (random.nextInt(5)) {
            case 0 -> Transaction.of(Delete.of(key));
            case 1 -> Transaction.when(Condition.absent(key)).then(Put.of(key, value));
            case 2 ->
                Transaction.of(
                    Delete.of(KeyRange.between(key, key.next())),
                    Put.of(Key.utf8("/other"), value));
            default -> Transaction.of(Put.of(key, value));
          };
      Commit unused = kv.commit(transaction);
    }
  }

  private <T> T eventually(Supplier<T> request) {
    return Await.of(this)
        .value(
            "the store answers again",
            () -> {
              try {
                return Optional.of(request.get());
              } catch (StoreUnavailableException | OutcomeUnknownException again) {
                return Optional.empty();
              }
            });
  }
}
