package dev.plinth.storage.mvcc;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one revision did to one key.
 *
 * <p>Immutable.
 */
public final class Mutation {
  private final Entry after;
  private final @Nullable Entry before;

  /** A deletion is the one whose {@code after} has version 0. */
  Mutation(Entry after, @Nullable Entry before) {
    this.after = after;
    this.before = before;
  }

  /** What a deletion leaves in the history. */
  static Entry tombstone(Key key, Revision revision) {
    return new Entry(key, Bytes.EMPTY, Revision.ZERO, revision, 0, Optional.empty());
  }

  /**
   * The version that a put makes of the one before. It takes the key that was given, not the equal
   * one that is there: whoever looks at the change next finds it in the processor's cache.
   */
  static Entry successor(
      @Nullable Entry before, Key key, Bytes value, Optional<LeaseId> lease, Revision revision) {
    return before == null
        ? new Entry(key, value, revision, revision, 1, lease)
        : new Entry(key, value, before.created(), revision, before.version() + 1, lease);
  }

  /**
   * Returns which key changed.
   *
   * @return the key
   */
  public Key key() {
    return after.key();
  }

  /**
   * Says whether the key went.
   *
   * @return whether it was deleted
   */
  public boolean isDeletion() {
    return after.version() == 0;
  }

  /**
   * Returns the new version.
   *
   * @return of a deletion only the key and the revision
   */
  public Entry entry() {
    return after;
  }

  /**
   * Returns the version before.
   *
   * @return nothing if the key was created
   */
  public Optional<Entry> previous() {
    return Optional.ofNullable(before);
  }

  /**
   * Returns the mutation as a watch delivers it.
   *
   * @param previousValue whether it carries the version before
   * @return the change
   */
  public Change change(boolean previousValue) {
    return new Change(
        isDeletion() ? Change.Kind.DELETE : Change.Kind.PUT,
        after,
        previousValue ? previous() : Optional.empty());
  }

  int bytes() {
    return after.key().size() + after.value().size();
  }
}
