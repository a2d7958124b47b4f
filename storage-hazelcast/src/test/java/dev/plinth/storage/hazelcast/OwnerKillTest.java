package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.tck.Await;
import dev.plinth.tck.Concurrently;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * The owner is killed again and again while clients write, with 10 MB of data: nothing that was
 * acknowledged is lost (F1). How soon it serves again is written to {@code target/owner-kills.txt}.
 */
final class OwnerKillTest {
  private static final int KILLS =
      Integer.getInteger("plinth.kills", Boolean.getBoolean("plinth.all") ? 40 : 10);
  private static final int WRITERS = 4;
  private static final int BLOCKS = 80;
  private static final int BLOCK_BYTES = 128 << 10;
  private static final int KEYS_EACH = 200;
  private static final KeySpace WRITTEN = KeySpace.of("/written");
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final long seed = Long.getLong("plinth.seed", System.nanoTime());
  private final Random random = new Random(seed);

  /** The last number that was acknowledged for each key, which one writer writes in order. */
  private final Map<Key, Integer> acknowledged = new ConcurrentHashMap<>();

  private final AtomicBoolean done = new AtomicBoolean();
  private final List<Long> sinceKill = new ArrayList<>();
  private final List<Long> sinceNoticed = new ArrayList<>();

  @Test
  void nothingAcknowledgedIsLostWhenOwnersAreKilled() throws IOException {
    try (MemberCluster cluster =
        new MemberCluster(Map.of("state-budget", "32MiB", "history-bytes", "2MiB"))) {
      // What is no part of any kill waits for as long as a busy machine may need.
      try (Store patient = cluster.another()) {
        fill(patient);
      }
      List<Future<Integer>> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        int number = writer;
        writers.add(Concurrently.start(() -> write(number, cluster.store())));
      }
      try {
        for (int kill = 0; kill < KILLS; kill++) {
          killOwner(cluster);
        }
      } finally {
        done.set(true);
      }
      int written = 0;
      for (Future<Integer> writer : writers) {
        written += Concurrently.result(writer, PATIENCE);
      }
      report(written);
      try (Store patient = cluster.another()) {
        assertThat(lost(patient)).as("with -Dplinth.seed=%s", seed).isEmpty();
      }
      assertThat(written).isGreaterThan(KILLS);
    }
  }

  private void fill(Store store) {
    byte[] block = new byte[BLOCK_BYTES];
    random.nextBytes(block);
    for (int i = 0; i < BLOCKS; i++) {
      Revision unused = store.keyValues().put(Key.utf8("/block/" + i), Bytes.of(block));
    }
  }

  /** Returns how many writes were acknowledged. */
  private int write(int writer, Store store) {
    int number = 0;
    int written = 0;
    while (!done.get()) {
      Key key = WRITTEN.key(writer + "-" + number % KEYS_EACH);
      try {
        Revision unused = store.keyValues().put(key, Bytes.utf8("" + number));
        acknowledged.put(key, number);
        written++;
      } catch (StoreException unknownOrNot) {
        LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
      }
      number++;
    }
    return written;
  }

  private void killOwner(MemberCluster cluster) {
    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(20, 200)).toNanos());
    MemberProcess owner = cluster.owner();
    owner.kill();
    long killed = System.nanoTime();
    new Await(PATIENCE)
        .until(
            "a write succeeds again",
            () -> {
              try {
                return cluster.store().keyValues().put(Key.utf8("/first"), Bytes.EMPTY).value() > 0;
              } catch (StoreException notYet) {
                return false;
              }
            });
    long served = System.nanoTime();
    sinceKill.add(Duration.ofNanos(served - killed).toMillis());
    sinceNoticed.add(Duration.ofNanos(served - Math.max(killed, cluster.missed())).toMillis());
    cluster.heal();
  }

  /** What was acknowledged, and neither that nor what was written later is there. */
  private List<Key> lost(Store store) {
    Map<Key, Integer> there = new HashMap<>();
    for (Entry entry : store.keyValues().list(WRITTEN.below()).entries()) {
      there.put(entry.key(), Integer.valueOf(entry.value().utf8()));
    }
    return acknowledged.entrySet().stream()
        .filter(write -> there.getOrDefault(write.getKey(), -1) < write.getValue())
        .map(Map.Entry::getKey)
        .toList();
  }

  private void report(int written) throws IOException {
    Path target = Path.of(System.getProperty("basedir", "."), "target");
    Files.createDirectories(target);
    Files.writeString(
        target.resolve("owner-kills.txt"),
        String.format(
            Locale.ROOT,
            "seed %d: %d kills, %d writes; first success after a kill: %s;"
                + " after it was noticed: %s%n",
            seed,
            KILLS,
            written,
            spread(sinceKill),
            spread(sinceNoticed)));
  }

  private static String spread(List<Long> millis) {
    List<Long> sorted = millis.stream().sorted().toList();
    int size = sorted.size();
    return String.format(
        Locale.ROOT,
        "median %d ms, longest %s ms",
        sorted.get(size / 2),
        sorted.subList(Math.max(0, size - 5), size));
  }
}
