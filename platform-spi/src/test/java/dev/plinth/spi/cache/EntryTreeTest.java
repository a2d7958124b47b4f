package dev.plinth.spi.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class EntryTreeTest {
  private static Key key(int number) {
    return Key.utf8("k" + (10_000 + number));
  }

  private static Entry entry(int number, long revision) {
    return new Entry(
        key(number),
        Bytes.utf8("v" + revision),
        Revision.of(revision),
        Revision.of(revision),
        1,
        Optional.empty());
  }

  private static RangeSnapshot snapshot(@Nullable EntryTree tree) {
    return RangeSnapshot.of(KeyRange.all(), Revision.of(1), tree);
  }

  @Test
  void behavesLikeASortedMapAndOldVersionsStay() {
    long seed = 42;
    Random random = new Random(seed);
    TreeMap<Key, Entry> model = new TreeMap<>();
    EntryTree tree = null;
    List<RangeSnapshot> versions = new ArrayList<>();
    List<List<Entry>> expected = new ArrayList<>();
    for (int step = 1; step <= 5_000; step++) {
      int number = random.nextInt(300);
      if (random.nextInt(5) < 3) {
        tree = EntryTree.with(tree, entry(number, step));
        model.put(key(number), entry(number, step));
      } else {
        tree = EntryTree.without(tree, key(number));
        model.remove(key(number));
      }
      assertThat(EntryTree.sizeOf(tree)).as("seed %s step %s", seed, step).isEqualTo(model.size());
      assertThat(EntryTree.get(tree, key(number))).isEqualTo(model.get(key(number)));
      if (step % 100 == 0) {
        assertThat(depth(tree)).as("balance").isLessThanOrEqualTo(13);
        versions.add(snapshot(tree));
        expected.add(List.copyOf(model.values()));
      }
    }
    for (int i = 0; i < versions.size(); i++) {
      assertThat(versions.get(i).toList())
          .as("seed %s version %s", seed, i)
          .isEqualTo(expected.get(i));
    }
  }

  private static int depth(@Nullable EntryTree tree) {
    return tree == null ? 0 : 1 + Math.max(depth(tree.left()), depth(tree.right()));
  }

  @Test
  void partsAreThoseOfASortedMap() {
    long seed = 7;
    Random random = new Random(seed);
    TreeMap<Key, Entry> model = new TreeMap<>();
    for (int i = 0; i < 200; i++) {
      int number = random.nextInt(400);
      model.put(key(number), entry(number, i));
    }
    RangeSnapshot whole = snapshot(EntryTree.of(List.copyOf(model.values())));
    assertThat(whole.toList()).isEqualTo(List.copyOf(model.values()));
    for (int i = 0; i < 2_000; i++) {
      Key from = key(random.nextInt(420));
      Key to = key(random.nextInt(420));
      RangeSnapshot part = whole.within(KeyRange.between(from, to));
      List<Entry> wanted =
          from.compareTo(to) < 0 ? List.copyOf(model.subMap(from, to).values()) : List.of();
      assertThat(part.toList()).as("seed %s [%s, %s)", seed, from, to).isEqualTo(wanted);
      assertThat(part.size()).isEqualTo(wanted.size());
      assertThat(part.isEmpty()).isEqualTo(wanted.isEmpty());
      assertThat(part.first()).isEqualTo(wanted.stream().findFirst());
      assertThat(part.last()).isEqualTo(wanted.reversed().stream().findFirst());
      assertThat(whole.within(KeyRange.from(from)).toList())
          .isEqualTo(List.copyOf(model.tailMap(from).values()));
    }
  }

  @Test
  void whatIsOutsideTheRangeIsNotTakenForMissing() {
    KeyRange range = KeyRange.prefix(Key.utf8("a/"));
    RangeSnapshot snapshot = RangeSnapshot.of(range, Revision.of(5), null);
    assertThat(snapshot.get(Key.utf8("a/x"))).isEmpty();
    assertThatThrownBy(() -> snapshot.get(Key.utf8("b")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> snapshot.within(KeyRange.all()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> snapshot.within(KeyRange.from(Key.utf8("a/x"))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(snapshot.within(KeyRange.prefix(Key.utf8("a/x/")))).isEmpty();
    assertThat(snapshot.within(KeyRange.single(Key.utf8("a/x")))).isEmpty();
    assertThat(snapshot.within(range).within(range).range()).isEqualTo(range);
  }
}
