package dev.plinth.storage.mvcc;

import dev.plinth.spi.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An ordered map from keys to values that never changes: a B+tree whose changes copy the path to
 * the leaf and share the rest.
 *
 * <p>Immutable, with one exception for speed: a change names its owner, and nodes that the same
 * owner made are edited in place. So a tree that is passed on must never see its owner again.
 *
 * @param <V> what is stored
 */
final class KeyTree<V> {
  private static final KeyTree<?> EMPTY =
      new KeyTree<>(new Leaf(new Owner(), new Key[0], KeyIndex.of(new Key[0]), new Object[0]));

  /** Says what a key has next, given what it has. */
  interface Step<V> {
    V after(@Nullable V before);
  }

  /**
   * What a part of the tree comes to, whatever its shape.
   *
   * @param low a sum of hashes
   * @param high another one
   * @param bytes a sum of sizes
   */
  record Summary(long low, long high, long bytes) {
    static final Summary NONE = new Summary(0, 0, 0);

    Summary plus(Summary other) {
      return new Summary(low + other.low, high + other.high, bytes + other.bytes);
    }
  }

  /** Large nodes make the tree flat, small ones are cheap to copy. */
  private static final int MOST = 32;

  private static final int LEAST = 10;

  private final Node root;

  private KeyTree(Node root) {
    this.root = root;
  }

  @SuppressWarnings("unchecked") // it holds no value of any type
  static <V> KeyTree<V> empty() {
    return (KeyTree<V>) EMPTY;
  }

  int size() {
    return root.count();
  }

  boolean isEmpty() {
    return root.count() == 0;
  }

  @SuppressWarnings("unchecked") // only values of type V come in
  @Nullable V get(Key key) {
    KeyProbe probe = new KeyProbe(key);
    Node node = root;
    while (node instanceof Branch branch) {
      node = branch.children[branch.childOf(probe)];
    }
    Leaf leaf = (Leaf) node;
    int i = leaf.find(probe);
    return i < 0 ? null : (V) leaf.values[i];
  }

  /** Returns the map in which {@code key} has this value. */
  KeyTree<V> with(Key key, V value, Owner owner) {
    return with(key, before -> value, owner);
  }

  /** Returns the map in which {@code key} has what {@code step} says; finds the key once. */
  KeyTree<V> with(Key key, Step<V> step, Owner owner) {
    Node next = root.with(new KeyProbe(key), step, owner);
    if (next.width() > MOST) {
      int middle = next.width() / 2;
      next =
          Branch.of(
              owner,
              new Key[] {next.separator(middle)},
              new Node[] {next.part(0, middle, owner), next.part(middle, next.width(), owner)});
    }
    return next == root ? this : new KeyTree<>(next);
  }

  /** Returns the map without {@code key}. */
  KeyTree<V> without(Key key, Owner owner) {
    if (get(key) == null) {
      return this;
    }
    Node next = root.without(new KeyProbe(key), owner);
    while (next instanceof Branch branch && branch.children.length == 1) {
      next = branch.children[0];
    }
    return next == root ? this : new KeyTree<>(next);
  }

  /** Counts the keys below {@code key}. */
  int rank(Key key) {
    int rank = 0;
    KeyProbe probe = new KeyProbe(key);
    Node node = root;
    while (node instanceof Branch branch) {
      int c = branch.childOf(probe);
      for (int i = 0; i < c; i++) {
        rank += branch.children[i].count();
      }
      node = branch.children[c];
    }
    int i = node.find(probe);
    return rank + (i < 0 ? ~i : i);
  }

  /**
   * Shows the values of an interval in key order, until the visitor has enough.
   *
   * @return whether the visitor wanted everything
   */
  boolean forEach(Key start, @Nullable Key end, Predicate<? super V> visitor) {
    return visit(root, new KeyProbe(start), end, visitor);
  }

  /**
   * Adds up a summary of each value. Parts that were added up before and have not changed since are
   * not looked at again, so the function must always be the same.
   */
  Summary summary(Function<? super V, Summary> summarize) {
    return summary(root, summarize);
  }

  @SuppressWarnings("unchecked") // only values of type V come in
  private static <V> Summary summary(Node node, Function<? super V, Summary> summarize) {
    Summary known = node.summary;
    if (known != null) {
      return known;
    }
    Summary sum = Summary.NONE;
    if (node instanceof Branch branch) {
      for (Node child : branch.children) {
        sum = sum.plus(summary(child, summarize));
      }
    } else {
      for (Object value : ((Leaf) node).values) {
        sum = sum.plus(summarize.apply((V) value));
      }
    }
    node.summary = sum;
    return sum;
  }

  /** Returns all values in key order. */
  List<V> values() {
    List<V> values = new ArrayList<>(size());
    collect(root, values);
    return values;
  }

  @SuppressWarnings("unchecked") // only values of type V come in
  private static <V> void collect(Node node, List<V> values) {
    if (node instanceof Branch branch) {
      for (Node child : branch.children) {
        collect(child, values);
      }
    } else {
      values.addAll((List<V>) Arrays.asList(((Leaf) node).values));
    }
  }

  @SuppressWarnings("unchecked") // only values of type V come in
  private static <V> boolean visit(
      Node node, @Nullable KeyProbe start, @Nullable Key end, Predicate<? super V> visitor) {
    if (node instanceof Branch branch) {
      int first = start == null ? 0 : branch.childOf(start);
      for (int i = first; i < branch.children.length; i++) {
        if (i > first && end != null && branch.keys[i - 1].compareTo(end) >= 0) {
          return true;
        }
        if (!visit(branch.children[i], i == first ? start : null, end, visitor)) {
          return false;
        }
      }
      return true;
    }
    Leaf leaf = (Leaf) node;
    int first = start == null ? 0 : leaf.find(start);
    for (int i = first < 0 ? ~first : first; i < leaf.keys.length; i++) {
      if (end != null && leaf.keys[i].compareTo(end) >= 0) {
        return true;
      }
      if (!visitor.test((V) leaf.values[i])) {
        return false;
      }
    }
    return true;
  }

  private static <T> T[] inserted(T[] array, int at, T item) {
    T[] longer = Arrays.copyOf(array, array.length + 1);
    System.arraycopy(array, at, longer, at + 1, array.length - at);
    longer[at] = item;
    return longer;
  }

  private static <T> T[] removed(T[] array, int at) {
    T[] shorter = Arrays.copyOf(array, array.length - 1);
    System.arraycopy(array, at + 1, shorter, at, shorter.length - at);
    return shorter;
  }

  private static <T> T[] replaced(T[] array, int at, T item) {
    T[] copy = array.clone();
    copy[at] = item;
    return copy;
  }

  private static <T> T[] joined(T[] left, T[] right) {
    T[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    return both;
  }

  /*
   * Arrays of keys are never edited, so that versions of a node share them; arrays of values and
   * children belong to one node. A change returns a node that may be too wide or too narrow by one;
   * the parent puts that right.
   */
  private abstract static sealed class Node {
    final Owner owner;
    Key[] keys;
    long[] index;

    /** Made when it is first asked for, which is after the owner's last edit; always the same. */
    @Nullable Summary summary;

    Node(Owner owner, Key[] keys, long[] index) {
      this.owner = owner;
      this.keys = keys;
      this.index = index;
    }

    /** Returns the place of a key, or the complement of the place where it belongs. */
    final int find(KeyProbe probe) {
      return KeyIndex.find(index, keys, probe);
    }

    abstract int count();

    abstract int width();

    abstract Node with(KeyProbe probe, Step<?> step, Owner by);

    abstract Node without(KeyProbe probe, Owner by);

    /** The smallest key of what is at {@code at} and right of it. */
    abstract Key separator(int at);

    abstract Node part(int from, int to, Owner by);

    abstract Node join(Key separator, Node right, Owner by);
  }

  private static final class Leaf extends Node {
    Object[] values;

    Leaf(Owner owner, Key[] keys, long[] index, Object[] values) {
      super(owner, keys, index);
      this.values = values;
    }

    private static Leaf of(Owner owner, Key[] keys, Object[] values) {
      return new Leaf(owner, keys, KeyIndex.of(keys), values);
    }

    @Override
    int count() {
      return keys.length;
    }

    @Override
    int width() {
      return keys.length;
    }

    @Override
    Node with(KeyProbe probe, Step<?> step, Owner by) {
      int i = find(probe);
      if (i < 0) {
        Object value = after(step, null);
        Key[] more = inserted(keys, ~i, probe.key);
        long[] newIndex = KeyIndex.with(index, ~i, probe);
        return edited(
            more, newIndex == null ? KeyIndex.of(more) : newIndex, inserted(values, ~i, value), by);
      }
      Object value = after(step, values[i]);
      if (owner != by) {
        return new Leaf(by, keys, index, replaced(values, i, value));
      }
      values[i] = value;
      return this;
    }

    @SuppressWarnings("unchecked") // a tree gets steps for its own type only
    private static Object after(Step<?> step, @Nullable Object before) {
      return ((Step<Object>) step).after(before);
    }

    @Override
    Node without(KeyProbe probe, Owner by) {
      int i = find(probe);
      Key[] fewer = removed(keys, i);
      return edited(fewer, KeyIndex.of(fewer), removed(values, i), by);
    }

    private Node edited(Key[] newKeys, long[] newIndex, Object[] newValues, Owner by) {
      if (owner != by) {
        return new Leaf(by, newKeys, newIndex, newValues);
      }
      keys = newKeys;
      index = newIndex;
      values = newValues;
      return this;
    }

    @Override
    Key separator(int at) {
      return keys[at];
    }

    @Override
    Node part(int from, int to, Owner by) {
      return of(by, Arrays.copyOfRange(keys, from, to), Arrays.copyOfRange(values, from, to));
    }

    @Override
    Node join(Key separator, Node right, Owner by) {
      return of(by, joined(keys, right.keys), joined(values, ((Leaf) right).values));
    }
  }

  private static final class Branch extends Node {
    Node[] children;
    int count;

    private Branch(Owner owner, Key[] keys, long[] index, Node[] children, int count) {
      super(owner, keys, index);
      this.children = children;
      this.count = count;
    }

    static Branch of(Owner owner, Key[] keys, Node[] children) {
      int count = 0;
      for (Node child : children) {
        count += child.count();
      }
      return new Branch(owner, keys, KeyIndex.of(keys), children, count);
    }

    @Override
    int count() {
      return count;
    }

    @Override
    int width() {
      return children.length;
    }

    int childOf(KeyProbe probe) {
      int i = find(probe);
      return i < 0 ? ~i : i + 1;
    }

    @Override
    Node with(KeyProbe probe, Step<?> step, Owner by) {
      int c = childOf(probe);
      Node child = children[c];
      int countBefore = child.count();
      Node next = child.with(probe, step, by);
      int newCount = count + next.count() - countBefore;
      if (next.width() <= MOST) {
        return replacing(c, next, newCount, by);
      }
      int middle = next.width() / 2;
      Node[] newChildren = inserted(children, c + 1, next.part(middle, next.width(), by));
      newChildren[c] = next.part(0, middle, by);
      return edited(inserted(keys, c, next.separator(middle)), newChildren, newCount, by);
    }

    private Node replacing(int c, Node next, int newCount, Owner by) {
      if (owner != by) {
        return new Branch(by, keys, index, replaced(children, c, next), newCount);
      }
      children[c] = next;
      count = newCount;
      return this;
    }

    @Override
    Node without(KeyProbe probe, Owner by) {
      int c = childOf(probe);
      Node next = children[c].without(probe, by);
      if (next.width() >= LEAST || children.length == 1) {
        return replacing(c, next, count - 1, by);
      }
      int left = c > 0 ? c - 1 : c;
      Node joined =
          c > 0
              ? children[left].join(keys[left], next, by)
              : next.join(keys[left], children[left + 1], by);
      if (joined.width() <= MOST) {
        Node[] fewer = removed(children, left + 1);
        fewer[left] = joined;
        return edited(removed(keys, left), fewer, count - 1, by);
      }
      int middle = joined.width() / 2;
      Node[] newChildren = children.clone();
      newChildren[left] = joined.part(0, middle, by);
      newChildren[left + 1] = joined.part(middle, joined.width(), by);
      return edited(replaced(keys, left, joined.separator(middle)), newChildren, count - 1, by);
    }

    private Node edited(Key[] newKeys, Node[] newChildren, int newCount, Owner by) {
      long[] newIndex = KeyIndex.of(newKeys);
      if (owner != by) {
        return new Branch(by, newKeys, newIndex, newChildren, newCount);
      }
      keys = newKeys;
      index = newIndex;
      children = newChildren;
      count = newCount;
      return this;
    }

    @Override
    Key separator(int at) {
      return keys[at - 1];
    }

    @Override
    Node part(int from, int to, Owner by) {
      return of(by, Arrays.copyOfRange(keys, from, to - 1), Arrays.copyOfRange(children, from, to));
    }

    @Override
    Node join(Key separator, Node right, Owner by) {
      return of(
          by,
          joined(inserted(keys, keys.length, separator), right.keys),
          joined(children, ((Branch) right).children));
    }
  }
}
