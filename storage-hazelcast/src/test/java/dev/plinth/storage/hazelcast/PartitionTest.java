package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.Await;
import dev.plinth.tck.Concurrently;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * The owner is cut off from both others and goes on for a while with those it knew (F6, F21).
 * {@code -Dplinth.partitions=50} says how often.
 */
final class PartitionTest {
  private static final int PARTITIONS =
      Integer.getInteger("plinth.partitions", Boolean.getBoolean("plinth.all") ? 10 : 3);
  private static final KeySpace MINORITY = KeySpace.of("/minority");
  private static final KeySpace MAJORITY = KeySpace.of("/majority");
  private static final Key COUNTER = Key.utf8("/counter");
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final long seed = Long.getLong("plinth.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Map<Key, Revision> acknowledged = new ConcurrentHashMap<>();

  /** The last number whose writing was acknowledged. */
  private final AtomicInteger counted = new AtomicInteger();

  @Test
  void anOwnerInTheMinorityAcknowledgesNothing() throws InterruptedException {
    try (MemberCluster cluster = new MemberCluster(Map.of());
        Watch watch = cluster.store().watches().open(WatchOptions.of(KeyRange.all()))) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        cutOwnerOff(cluster, partition);
      }
      List<Revision> seen = new ArrayList<>();
      Revision last = cluster.store().keyValues().current();
      while (seen.isEmpty() || seen.getLast().compareTo(last) < 0) {
        for (Change change : watch.poll(PATIENCE).orElseThrow().changes()) {
          seen.add(change.revision());
        }
      }
      assertThat(seen).as("with -Dplinth.seed=%s", seed).doesNotHaveDuplicates().isSorted();
      assertThat(seen).as("no gap").hasSize((int) (last.value() - 1));
      acknowledged.forEach((key, revision) ->
          assertThat(cluster.store().keyValues().get(key))
              .hasValueSatisfying(entry -> assertThat(entry.modified()).isEqualTo(revision)));
    }
  }

  /**
   * H8: an owner that is cut off while nobody writes may answer reads alone for a moment, in which
   * nobody else can write.
   */
  @Test
  void anOwnerInTheMinorityReadsNothingOld() {
    try (MemberCluster cluster = new MemberCluster(Map.of())) {
      // Each takes as long as one of the others, which matter more.
      for (int partition = 0; partition < PARTITIONS; partition += 3) {
        MemberProcess owner = cluster.owner();
        Store minority = owner.store().orElseThrow();
        AtomicBoolean healed = new AtomicBoolean();
        List<Future<Integer>> reading = new ArrayList<>();
        for (int client = 0; client < 2; client++) {
          reading.add(Concurrently.start(() -> staleReads(minority, healed)));
        }
        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(50, 150)).toNanos());
        cluster.isolate(owner);
        int before = counted.get();
        new Await(PATIENCE)
            .until("the majority goes on", () -> count(cluster.store()) > before + 100);
        healed.set(true);
        int stale = reading.stream().mapToInt(one -> Concurrently.result(one, PATIENCE)).sum();
        assertThat(stale).as("-Dplinth.seed=%s", seed).isZero();
        cluster.heal();
      }
    }
  }

  /** Counts on by whoever has the majority; returns the last number that was acknowledged. */
  private int count(Store store) {
    try {
      int next = counted.get() + 1;
      Revision unused = store.keyValues().put(COUNTER, Bytes.utf8("" + next));
      counted.set(next);
    } catch (StoreException notYet) {
      // Written or not, the same number comes again.
    }
    return counted.get();
  }

  /** Returns how often what was read was older than what had been acknowledged before. */
  private int staleReads(Store store, AtomicBoolean healed) {
    int stale = 0;
    while (!healed.get()) {
      int before = counted.get();
      try {
        int read =
            store
                .keyValues()
                .get(COUNTER)
                .map(entry -> Integer.parseInt(entry.value().utf8()))
                .orElse(0);
        stale += read < before ? 1 : 0;
      } catch (StoreException cutOff) {
        // As it must be.
      }
    }
    return stale;
  }

  private void cutOwnerOff(MemberCluster cluster, int partition) {
    MemberProcess owner = cluster.owner();
    Store minority = owner.store().orElseThrow();
    try (Watch watch = minority.watches().open(WatchOptions.of(MAJORITY.below()))) {
      AtomicBoolean healed = new AtomicBoolean();
      cluster.isolate(owner);
      /* From here on nothing that it is asked can reach another member. */
      List<Future<Integer>> asking = new ArrayList<>();
      for (int client = 0; client < 4; client++) {
        String name = partition + "-" + client;
        asking.add(Concurrently.start(() -> acknowledgements(minority, name, healed)));
      }
      Key key = MAJORITY.key("" + partition);
      Revision written =
          new Await(PATIENCE)
              .value(
                  "the majority goes on",
                  () -> {
                    try {
                      return Optional.of(
                          cluster.store().keyValues().put(key, Bytes.utf8("" + partition)));
                    } catch (StoreException notYet) {
                      return Optional.empty();
                    }
                  });
      acknowledged.put(key, written);
      LockSupport.parkNanos(Duration.ofMillis(random.nextInt(500)).toNanos());
      healed.set(true);
      int answered = asking.stream().mapToInt(one -> Concurrently.result(one, PATIENCE)).sum();
      assertThat(answered).as("acknowledged by the minority, -Dplinth.seed=%s", seed).isZero();
      cluster.heal();
      assertThat(toldOfTheMajority(watch, written)).isTrue();
    }
  }

  /** Writes and reads until the partition is over; returns how many were answered. */
  private static int acknowledgements(Store store, String name, AtomicBoolean healed) {
    int answered = 0;
    for (int number = 0; !healed.get(); number++) {
      try {
        if (number % 2 == 0) {
          Revision unused = store.keyValues().put(MINORITY.key(name), Bytes.utf8("" + number));
        } else {
          Revision unused = store.keyValues().current();
        }
        answered++;
      } catch (StoreException noMajority) {
        // As it must be.
      }
    }
    return answered;
  }

  /** A watch in the minority goes on without a gap, or says that what it showed is void. */
  private static boolean toldOfTheMajority(Watch watch, Revision written) {
    try {
      Revision seen = Revision.ZERO;
      // A write whose answer was lost may come before the one that was acknowledged.
      while (seen.compareTo(written) < 0) {
        seen = watch.poll(PATIENCE).orElseThrow().changes().getLast().revision();
      }
      return seen.equals(written);
    } catch (IncarnationLostException told) {
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
