package dev.plinth.storage.mvcc;

import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
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
