package dev.plinth.storage.mvcc;

import dev.plinth.spi.Revision;
import org.jspecify.annotations.Nullable;

/**
 * All that one revision did, in the order of its operations.
 *
 * <p>Immutable.
 */
public final class Revised {
  private final Revision revision;
  private final Mutation[] mutations;

  /** The revision before, while both are in the open end of the history. */
  final @Nullable Revised older;

  Revised(Revision revision, Mutation[] mutations, @Nullable Revised older) {
    this.revision = revision;
    this.mutations = mutations;
    this.older = older;
  }

  /**
   * Returns which revision it is.
   *
   * @return the revision
   */
  public Revision revision() {
    return revision;
  }

  /**
   * Counts the keys that changed.
   *
   * @return at least 1; no key changes twice in one revision
   */
  public int size() {
    return mutations.length;
  }

  /**
   * Returns what happened to one key.
   *
   * @param index from 0
   * @return the mutation
   */
  public Mutation mutation(int index) {
    return mutations[index];
  }

  /**
   * Adds up the keys and values written.
   *
   * @return bytes
   */
  public long bytes() {
    long bytes = 0;
    for (Mutation mutation : mutations) {
      bytes += mutation.bytes();
    }
    return bytes;
  }
}
