package dev.plinth.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Settings;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.VirtualRuntime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MemoryKeyIndexTest {
  static LongStream seeds() {
    return LongStream.of(1, 2, 3, Long.getLong("plinth.seed", System.nanoTime()));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void findsWhatMatchesAKey(long seed, TestReporter reporter) {
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    try (MemoryStore store =
        new MemoryStore(MemoryConfig.from(Settings.empty()), new VirtualRuntime())) {
      MemoryKeyIndex index = new MemoryKeyIndex();
      List<MemoryWatch> watches = new ArrayList<>();
      for (int step = 0; step < 3_000; step++) {
        if (!watches.isEmpty() && random.nextInt(step < 1_500 ? 3 : 2) == 0) {
          MemoryWatch gone = watches.remove(random.nextInt(watches.size()));
          index.remove(gone.range(), gone);
        } else {
          KeyRange range = range(random);
          MemoryWatch watch = (MemoryWatch) store.watches().open(WatchOptions.of(range));
          index.add(range, watch);
          watches.add(watch);
        }
        Key key = key(random);
        Set<MemoryWatch> found = new HashSet<>();
        index.forEachWith(key, watch -> assertThat(found.add(watch)).isTrue());
        Set<MemoryWatch> expected = new HashSet<>(watches);
        expected.removeIf(watch -> !watch.range().contains(key));
        assertThat(found).as("seed %d, step %d, key %s", seed, step, key).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void holdsOnlyKeysAndPrefixes(long seed, TestReporter reporter) {
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    assertThat(MemoryKeyIndex.holds(range(random))).isTrue();
    assertThat(MemoryKeyIndex.holds(KeyRange.all())).isFalse();
    assertThat(MemoryKeyIndex.holds(KeyRange.from(Key.utf8("a")))).isFalse();
    assertThat(MemoryKeyIndex.holds(KeyRange.between(Key.utf8("a"), Key.utf8("c")))).isFalse();
  }

  private static KeyRange range(Random random) {
    Key key = key(random);
    return random.nextBoolean() ? KeyRange.single(key) : KeyRange.prefix(key);
  }

  private static Key key(Random random) {
    byte[] bytes = new byte[1 + random.nextInt(4)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (random.nextInt(12) * 23 + 2);
    }
    return Key.of(bytes);
  }
}
