package dev.plinth.storage.mvcc;

import dev.plinth.spi.Revision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that one revision did, in the order of its operations.
 *
 * <p>Immutable.
 */
public final class Revised {
  private final Mutation first;

  /** All of them, if there is more than one. */
  private final Mutation @Nullable [] all;

  /** The revision before, while both are in the open end of the history. */
  final @Nullable Revised older;

  Revised(List<Mutation> mutations, @Nullable Revised older) {
    this.first = mutations.getFirst();
    this.all = mutations.size() > 1 ? mutations.toArray(Mutation[]::new) : null;
    this.older = older;
  }

  Revised(Mutation only, @Nullable Revised older) {
    this.first = only;
    this.all = null;
    this.older = older;
  }

  /**
   * Returns which revision it is.
   *
   * @return the revision
   */
  public Revision revision() {
    return first.entry().modified();
  }

  /**
   * Counts the keys that changed.
   *
   * @return at least 1; no key changes twice in one revision
   */
  public int size() {
    return all == null ? 1 : all.length;
  }

  /**
   * Returns what happened to one key.
   *
   * @param index from 0
   * @return the mutation
   */
  public Mutation mutation(int index) {
    return all == null ? first : all[index];
  }

  /**
   * Adds up the keys and values written.
   *
   * @return bytes
   */
  public long bytes() {
    if (all == null) {
      return first.bytes();
    }
    long bytes = 0;
    for (Mutation mutation : all) {
      bytes += mutation.bytes();
    }
    return bytes;
  }
}
