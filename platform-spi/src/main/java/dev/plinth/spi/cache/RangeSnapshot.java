package dev.plinth.spi.cache;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a range as they were at one revision, in key order.
 *
 * <p>Immutable; costs nothing to take and nothing to keep but what has changed since.
 *
 * @since 0.1
 */
public final class RangeSnapshot implements Iterable<Entry> {
  private final KeyRange range;
  private final Revision revision;
  private final @Nullable EntryTree tree;
  private final int from;
  private final int to;

  private RangeSnapshot(
      KeyRange range, Revision revision, @Nullable EntryTree tree, int from, int to) {
    this.range = range;
    this.revision = revision;
    this.tree = tree;
    this.from = from;
    this.to = to;
  }

  static RangeSnapshot of(KeyRange range, Revision revision, @Nullable EntryTree tree) {
    return new RangeSnapshot(range, revision, tree, 0, EntryTree.sizeOf(tree));
  }

  @Nullable EntryTree tree() {
    return tree;
  }

  /**
   * Returns which keys this covers.
   *
   * @return the range
   */
  public KeyRange range() {
    return range;
  }

  /**
   * Returns when it was so.
   *
   * @return every change of the range up to here is in it, none later
   */
  public Revision revision() {
    return revision;
  }

  /**
   * Returns how many entries there are.
   *
   * @return zero or more
   */
  public int size() {
    return to - from;
  }

  /**
   * Says whether there are no entries.
   *
   * @return whether {@link #size} is zero
   */
  public boolean isEmpty() {
    return from == to;
  }

  /**
   * Finds an entry.
   *
   * @param key which
   * @return its entry, or nothing if the key was missing
   * @throws IllegalArgumentException if the key is outside the range: nothing is known about it
   */
  public Optional<Entry> get(Key key) {
    if (!range.contains(key)) {
      throw new IllegalArgumentException("key " + key + " is outside " + range);
    }
    return Optional.ofNullable(EntryTree.get(tree, key));
  }

  /**
   * Returns the entry with the lowest key.
   *
   * @return it, or nothing if there are no entries
   */
  public Optional<Entry> first() {
    return isEmpty() || tree == null ? Optional.empty() : Optional.of(EntryTree.at(tree, from));
  }

  /**
   * Returns the entry with the highest key.
   *
   * @return it, or nothing if there are no entries
   */
  public Optional<Entry> last() {
    return isEmpty() || tree == null ? Optional.empty() : Optional.of(EntryTree.at(tree, to - 1));
  }

  /**
   * Narrows the snapshot, without copying.
   *
   * @param part a range inside this one
   * @return the entries of the part
   * @throws IllegalArgumentException if the part reaches outside the range: nothing is known there
   */
  public RangeSnapshot within(KeyRange part) {
    requireNonNull(part, "part");
    if (part.isEmpty()) {
      return new RangeSnapshot(part, revision, tree, 0, 0);
    }
    if (!covers(part)) {
      throw new IllegalArgumentException("range " + part + " reaches outside " + range);
    }
    int begin = EntryTree.countBelow(tree, part.start());
    int end = part.end().map(key -> EntryTree.countBelow(tree, key)).orElse(EntryTree.sizeOf(tree));
    return new RangeSnapshot(part, revision, tree, begin, end);
  }

  private boolean covers(KeyRange part) {
    if (!range.contains(part.start())) {
      return false;
    }
    Optional<Key> mine = range.end();
    Optional<Key> its = part.end();
    return mine.isEmpty() || (its.isPresent() && its.get().compareTo(mine.get()) <= 0);
  }

  /**
   * Returns the entries in key order.
   *
   * @return a copy
   */
  public List<Entry> toList() {
    List<Entry> entries = new ArrayList<>(size());
    forEach(entries::add);
    return List.copyOf(entries);
  }

  /** Returns the entries in key order, found as the iterator goes. */
  @Override
  public Iterator<Entry> iterator() {
    return new Entries(tree, from, to);
  }

  @Override
  public String toString() {
    return size() + " entries of " + range + " at revision " + revision;
  }

  /** Walks a part of a tree in key order. */
  private static final class Entries implements Iterator<Entry> {
    private final Deque<EntryTree> path = new ArrayDeque<>();
    private int left;

    Entries(@Nullable EntryTree tree, int from, int to) {
      left = to - from;
      int skipped = from;
      EntryTree at = left > 0 ? tree : null;
      while (at != null) {
        int below = EntryTree.sizeOf(at.left());
        if (skipped <= below) {
          path.push(at);
          at = skipped == below ? null : at.left();
        } else {
          skipped -= below + 1;
          at = at.right();
        }
      }
    }

    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public Entry next() {
      if (left <= 0) {
        throw new NoSuchElementException();
      }
      left--;
      EntryTree here = path.pop();
      for (EntryTree at = here.right(); at != null; at = at.left()) {
        path.push(at);
      }
      return here.entry();
    }
  }
}
