package dev.plinth.storage.mvcc;

import dev.plinth.spi.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
      new KeyTree<>(new Leaf(new Owner(), new Key[0], new Object[0]));

  /** Says what a key has next, given what it has. */
  interface Step<V> {
    V after(@Nullable V before);
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
    Node node = root;
    while (node instanceof Branch branch) {
      node = branch.children[branch.childOf(key)];
    }
    Leaf leaf = (Leaf) node;
    int i = find(leaf.keys, key);
    return i < 0 ? null : (V) leaf.values[i];
  }

  /** Returns the map in which {@code key} has this value. */
  KeyTree<V> with(Key key, V value, Owner owner) {
    return with(key, before -> value, owner);
  }

  /** Returns the map in which {@code key} has what {@code step} says; finds the key once. */
  KeyTree<V> with(Key key, Step<V> step, Owner owner) {
    Node next = root.with(key, step, owner);
    if (next.width() > MOST) {
      int middle = next.width() / 2;
      next =
          new Branch(
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
    Node next = root.without(key, owner);
    while (next instanceof Branch branch && branch.children.length == 1) {
      next = branch.children[0];
    }
    return next == root ? this : new KeyTree<>(next);
  }

  /** Counts the keys below {@code key}. */
  int rank(Key key) {
    int rank = 0;
    Node node = root;
    while (node instanceof Branch branch) {
      int c = branch.childOf(key);
      for (int i = 0; i < c; i++) {
        rank += branch.children[i].count();
      }
      node = branch.children[c];
    }
    int i = find(((Leaf) node).keys, key);
    return rank + (i < 0 ? ~i : i);
  }

  /**
   * Shows the values of an interval in key order, until the visitor has enough.
   *
   * @return whether the visitor wanted everything
   */
  boolean forEach(Key start, @Nullable Key end, Predicate<? super V> visitor) {
    return visit(root, start, end, visitor);
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
      Node node, @Nullable Key start, @Nullable Key end, Predicate<? super V> visitor) {
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
    int first = start == null ? 0 : find(leaf.keys, start);
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

  /** Returns the place of a key, or the complement of the place where it belongs. */
  private static int find(Key[] keys, Key key) {
    int low = 0;
    int high = keys.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int comparison = keys[middle].compareTo(key);
      if (comparison < 0) {
        low = middle + 1;
      } else if (comparison > 0) {
        high = middle - 1;
      } else {
        return middle;
      }
    }
    return ~low;
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

    Node(Owner owner) {
      this.owner = owner;
    }

    abstract int count();

    abstract int width();

    abstract Node with(Key key, Step<?> step, Owner by);

    abstract Node without(Key key, Owner by);

    /** The smallest key of what is at {@code at} and right of it. */
    abstract Key separator(int at);

    abstract Node part(int from, int to, Owner by);

    abstract Node join(Key separator, Node right, Owner by);
  }

  private static final class Leaf extends Node {
    Key[] keys;
    Object[] values;

    Leaf(Owner owner, Key[] keys, Object[] values) {
      super(owner);
      this.keys = keys;
      this.values = values;
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
    Node with(Key key, Step<?> step, Owner by) {
      int i = find(keys, key);
      if (i < 0) {
        Object value = after(step, null);
        return edited(inserted(keys, ~i, key), inserted(values, ~i, value), by);
      }
      Object value = after(step, values[i]);
      if (owner != by) {
        return new Leaf(by, keys, replaced(values, i, value));
      }
      values[i] = value;
      return this;
    }

    @SuppressWarnings("unchecked") // a tree gets steps for its own type only
    private static Object after(Step<?> step, @Nullable Object before) {
      return ((Step<Object>) step).after(before);
    }

    @Override
    Node without(Key key, Owner by) {
      int i = find(keys, key);
      return edited(removed(keys, i), removed(values, i), by);
    }

    private Node edited(Key[] newKeys, Object[] newValues, Owner by) {
      if (owner != by) {
        return new Leaf(by, newKeys, newValues);
      }
      keys = newKeys;
      values = newValues;
      return this;
    }

    @Override
    Key separator(int at) {
      return keys[at];
    }

    @Override
    Node part(int from, int to, Owner by) {
      return new Leaf(by, Arrays.copyOfRange(keys, from, to), Arrays.copyOfRange(values, from, to));
    }

    @Override
    Node join(Key separator, Node right, Owner by) {
      Leaf other = (Leaf) right;
      return new Leaf(by, joined(keys, other.keys), joined(values, other.values));
    }
  }

  private static final class Branch extends Node {
    Key[] keys;
    Node[] children;
    int count;

    Branch(Owner owner, Key[] keys, Node[] children) {
      super(owner);
      this.keys = keys;
      this.children = children;
      for (Node child : children) {
        count += child.count();
      }
    }

    private Branch(Owner owner, Key[] keys, Node[] children, int count) {
      super(owner);
      this.keys = keys;
      this.children = children;
      this.count = count;
    }

    @Override
    int count() {
      return count;
    }

    @Override
    int width() {
      return children.length;
    }

    int childOf(Key key) {
      int i = find(keys, key);
      return i < 0 ? ~i : i + 1;
    }

    @Override
    Node with(Key key, Step<?> step, Owner by) {
      int c = childOf(key);
      Node child = children[c];
      int countBefore = child.count();
      Node next = child.with(key, step, by);
      int newCount = count + next.count() - countBefore;
      if (next.width() <= MOST) {
        if (owner == by) {
          children[c] = next;
          count = newCount;
          return this;
        }
        return new Branch(by, keys, replaced(children, c, next), newCount);
      }
      int middle = next.width() / 2;
      Node[] newChildren = inserted(children, c + 1, next.part(middle, next.width(), by));
      newChildren[c] = next.part(0, middle, by);
      return edited(inserted(keys, c, next.separator(middle)), newChildren, newCount, by);
    }

    @Override
    Node without(Key key, Owner by) {
      int c = childOf(key);
      Node next = children[c].without(key, by);
      if (next.width() >= LEAST || children.length == 1) {
        if (owner == by) {
          children[c] = next;
          count--;
          return this;
        }
        return new Branch(by, keys, replaced(children, c, next), count - 1);
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
      if (owner != by) {
        return new Branch(by, newKeys, newChildren, newCount);
      }
      keys = newKeys;
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
      return new Branch(
          by, Arrays.copyOfRange(keys, from, to - 1), Arrays.copyOfRange(children, from, to));
    }

    @Override
    Node join(Key separator, Node right, Owner by) {
      Branch other = (Branch) right;
      return new Branch(
          by,
          joined(inserted(keys, keys.length, separator), other.keys),
          joined(children, other.children));
    }
  }
}
