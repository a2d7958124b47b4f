package dev.plinth.storage.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class KeyTreeTest {
  static LongStream seeds() {
    return LongStream.of(1, 2, 3, 4, Long.getLong("plinth.seed", System.nanoTime()));
  }

  private record Kept(KeyTree<Integer> tree, NavigableMap<Key, Integer> expected) {}

  @ParameterizedTest
  @MethodSource("seeds")
  void holdsWhatASortedMapHoldsAndOldVersionsStay(long seed, TestReporter reporter) {
    reporter.publishEntry("seed", Long.toString(seed));
    Random random = new Random(seed);
    KeyTree<Integer> tree = KeyTree.empty();
    NavigableMap<Key, Integer> model = new TreeMap<>();
    List<Kept> kept = new ArrayList<>();
    Owner owner = new Owner();
    for (int step = 0; step < 20_000; step++) {
      if (random.nextInt(7) == 0) {
        owner = new Owner();
        if (step % 50 == 0) {
          kept.add(new Kept(tree, new TreeMap<>(model)));
        }
      }
      // It grows, shrinks to little, and grows again.
      boolean shrinking = step / 5_000 % 2 == 1;
      Key key = key(random, shrinking ? 3_000 : 5_000);
      if (random.nextInt(10) < (shrinking ? 9 : 3)) {
        Key gone = shrinking && !model.isEmpty() ? near(model, key) : key;
        tree = tree.without(gone, owner);
        model.remove(gone);
      } else {
        tree = tree.with(key, step, owner);
        model.put(key, step);
      }
      assertThat(tree.size()).as("seed %d, step %d", seed, step).isEqualTo(model.size());
      assertThat(tree.get(key)).as("seed %d, step %d", seed, step).isEqualTo(model.get(key));
      if (step % 500 == 0) {
        compare(seed, tree, model, random);
      }
    }
    for (Kept old : kept) {
      compare(seed, old.tree(), old.expected(), random);
    }
  }

  private static Key near(NavigableMap<Key, Integer> model, Key key) {
    Key ceiling = model.ceilingKey(key);
    return ceiling == null ? model.lastKey() : ceiling;
  }

  private static Key key(Random random, int bound) {
    int number = random.nextInt(bound);
    return switch (number % 4) {
      case 0 -> Key.of((byte) (number >> 8), (byte) number);
      case 1 -> Key.utf8("/some/longer/prefix/" + number);
      case 2 -> Key.utf8("/some/longer/prefix/" + number + "/and/more");
      default -> Key.of((byte) 0xff, (byte) (number >> 8), (byte) 0, (byte) number);
    };
  }

  private static void compare(
      long seed, KeyTree<Integer> tree, NavigableMap<Key, Integer> model, Random random) {
    assertThat(tree.values()).as("seed %d", seed).containsExactlyElementsOf(model.values());
    for (int i = 0; i < 20; i++) {
      Key start = key(random, 5_000);
      Key end = key(random, 5_000);
      assertThat(tree.rank(start)).as("seed %d", seed).isEqualTo(model.headMap(start).size());
      assertThat(found(tree, start, end))
          .as("seed %d", seed)
          .containsExactlyElementsOf(
              start.compareTo(end) < 0 ? model.subMap(start, end).values() : List.of());
    }
  }

  private static List<Integer> found(KeyTree<Integer> tree, Key start, Key end) {
    List<Integer> found = new ArrayList<>();
    assertThat(tree.forEach(start, end, found::add)).isTrue();
    return found;
  }

  @Test
  void aVisitorThatHasEnoughIsShownNoMore() {
    KeyTree<Integer> tree = KeyTree.empty();
    Owner owner = new Owner();
    for (int i = 0; i < 1_000; i++) {
      tree = tree.with(Key.utf8("k" + i), i, owner);
    }
    List<Integer> found = new ArrayList<>();
    boolean complete =
        tree.forEach(
            Key.utf8("k5"),
            null,
            value -> {
              found.add(value);
              return found.size() < 3;
            });
    assertThat(complete).isFalse();
    assertThat(found).containsExactly(5, 50, 500);
  }

  @Test
  void removingAMissingKeyChangesNothing() {
    KeyTree<Integer> tree = KeyTree.<Integer>empty().with(Key.utf8("a"), 1, new Owner());
    assertThat(tree.without(Key.utf8("b"), new Owner())).isSameAs(tree);
  }
}
