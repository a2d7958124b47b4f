package dev.plinth.storage.memory;

import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ranges of keys and the watches on each, found by a key they contain: a search tree by start in
 * which each node knows the largest end below it. Belongs to the writer.
 *
 * <p>Balanced as a treap, by priorities that follow from a counter.
 */
final class MemoryRangeTree {
  private static final class Node {
    final Key start;
    final @Nullable Key end;
    final long priority;
    final List<MemoryWatch> watches = new ArrayList<>(1);
    @Nullable Node left;
    @Nullable Node right;

    /** The largest end in this subtree; null for unbounded. */
    @Nullable Key farthest;

    /** Of {@code start} and {@code farthest}, so that most nodes decide without their keys. */
    final long startHead;

    long farthestHead;

    Node(KeyRange range, long priority) {
      this.start = range.start();
      this.end = range.end().orElse(null);
      this.priority = priority;
      this.startHead = head(start);
      this.farthest = end;
      this.farthestHead = end == null ? 0 : head(end);
    }

    /** Whether all ranges of this subtree end at or before a key. */
    boolean isBefore(Key key, long head) {
      if (farthest == null) {
        return false;
      }
      return farthestHead == head
          ? farthest.compareTo(key) <= 0
          : Long.compareUnsigned(farthestHead, head) < 0;
    }

    boolean startsBehind(Key key, long head) {
      return startHead == head
          ? start.compareTo(key) > 0
          : Long.compareUnsigned(startHead, head) > 0;
    }

    int compareTo(KeyRange range) {
      int byStart = start.compareTo(range.start());
      return byStart != 0 ? byStart : compareEnds(end, range.end().orElse(null));
    }

    void measure() {
      farthest = farther(end, farther(left, right));
      farthestHead = farthest == null ? 0 : head(farthest);
    }

    private static @Nullable Key farther(@Nullable Node a, @Nullable Node b) {
      if (a == null) {
        return b == null ? LOWEST : b.farthest;
      }
      return b == null ? a.farthest : farther(a.farthest, b.farthest);
    }

    private static @Nullable Key farther(@Nullable Key a, @Nullable Key b) {
      return compareEnds(a, b) >= 0 ? a : b;
    }
  }

  private static final Key LOWEST = Key.of();

  private @Nullable Node root;
  private long counter;

  void add(KeyRange range, MemoryWatch watch) {
    Node node = find(range);
    if (node == null) {
      node = new Node(range, nextPriority());
      root = insert(root, node, range);
    }
    node.watches.add(watch);
  }

  void remove(KeyRange range, MemoryWatch watch) {
    Node node = find(range);
    if (node != null && node.watches.remove(watch) && node.watches.isEmpty()) {
      root = without(root, range);
    }
  }

  void forEachWith(Key key, Consumer<MemoryWatch> visitor) {
    if (root != null) {
      visit(root, key, head(key), visitor);
    }
  }

  private static void visit(@Nullable Node top, Key key, long head, Consumer<MemoryWatch> visitor) {
    Node at = top;
    while (at != null && !at.isBefore(key, head)) {
      if (at.startsBehind(key, head)) {
        at = at.left;
        continue;
      }
      visit(at.left, key, head, visitor);
      if (compareEnds(at.end, key) > 0) {
        at.watches.forEach(visitor);
      }
      at = at.right;
    }
  }

  /** The first eight bytes as a number, zeros behind the end; only equal ones need the keys. */
  private static long head(Key key) {
    long head = 0;
    int size = Math.min(key.size(), Long.BYTES);
    for (int i = 0; i < size; i++) {
      head |= (key.at(i) & 0xffL) << (Long.SIZE - Byte.SIZE * (i + 1));
    }
    return head;
  }

  /** Compares ends; null is behind every key. */
  private static int compareEnds(@Nullable Key a, @Nullable Key b) {
    if (a == null) {
      return b == null ? 0 : 1;
    }
    return b == null ? -1 : a.compareTo(b);
  }

  private @Nullable Node find(KeyRange range) {
    Node node = root;
    while (node != null) {
      int comparison = node.compareTo(range);
      if (comparison == 0) {
        return node;
      }
      node = comparison > 0 ? node.left : node.right;
    }
    return null;
  }

  /** Spreads a counter over all longs, so that the tree stays balanced whatever the order. */
  private long nextPriority() {
    long z = ++counter * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static Node insert(@Nullable Node at, Node node, KeyRange range) {
    if (at == null) {
      return node;
    }
    if (at.compareTo(range) > 0) {
      Node child = insert(at.left, node, range);
      at.left = child;
      if (child.priority > at.priority) {
        at.left = child.right;
        child.right = at;
        at.measure();
        child.measure();
        return child;
      }
    } else {
      Node child = insert(at.right, node, range);
      at.right = child;
      if (child.priority > at.priority) {
        at.right = child.left;
        child.left = at;
        at.measure();
        child.measure();
        return child;
      }
    }
    at.measure();
    return at;
  }

  private static @Nullable Node without(@Nullable Node at, KeyRange range) {
    if (at == null) {
      return null;
    }
    int comparison = at.compareTo(range);
    if (comparison == 0) {
      return merged(at.left, at.right);
    }
    if (comparison > 0) {
      at.left = without(at.left, range);
    } else {
      at.right = without(at.right, range);
    }
    at.measure();
    return at;
  }

  private static @Nullable Node merged(@Nullable Node left, @Nullable Node right) {
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    if (left.priority > right.priority) {
      left.right = merged(left.right, right);
      left.measure();
      return left;
    }
    right.left = merged(left, right.left);
    right.measure();
    return right;
  }
}
