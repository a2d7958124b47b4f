package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What happened to one key at one revision (G32, G33).
 *
 * <p>Immutable.
 *
 * @param kind put or delete
 * @param entry the new version; of a deletion only the key and the revision
 * @param previous the version before, if the watch asked for it, there was one and it is not
 *     compacted
 * @since 0.1
 */
public record Change(Kind kind, Entry entry, Optional<Entry> previous) {

  /** Put or delete. */
  public enum Kind {
    /** A key was created or modified. */
    PUT,
    /** A key was deleted, by request or with its lease. */
    DELETE
  }

  /** Checks that nothing is null. */
  public Change {
    requireNonNull(kind, "kind");
    requireNonNull(entry, "entry");
    requireNonNull(previous, "previous");
  }

  /**
   * Returns the change of a put.
   *
   * @param entry the new version
   * @return the change, without the version before
   */
  public static Change put(Entry entry) {
    return new Change(Kind.PUT, entry, Optional.empty());
  }

  /**
   * Returns the change of a deletion.
   *
   * @param key what went
   * @param revision when
   * @return the change, without the version before
   */
  public static Change delete(Key key, Revision revision) {
    return new Change(
        Kind.DELETE,
        new Entry(key, Bytes.EMPTY, Revision.ZERO, revision, 0, Optional.empty()),
        Optional.empty());
  }

  /**
   * Returns the key that changed.
   *
   * @return its name
   */
  public Key key() {
    return entry.key();
  }

  /**
   * Returns when it changed.
   *
   * @return the revision
   */
  public Revision revision() {
    return entry.modified();
  }

  /**
   * Says whether the key came into being.
   *
   * @return whether this is a put of version 1
   */
  public boolean isCreation() {
    return kind == Kind.PUT && entry.version() == 1;
  }

  /**
   * Adds the version before.
   *
   * @param before that version
   * @return the same change with it
   */
  public Change withPrevious(Entry before) {
    return new Change(kind, entry, Optional.of(before));
  }
}
