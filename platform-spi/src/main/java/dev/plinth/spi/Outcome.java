package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What one operation of a transaction did.
 *
 * <p>Immutable.
 *
 * @since 0.1
 */
public sealed interface Outcome permits Slice, Outcome.Written, Outcome.Deleted, Commit {

  /**
   * What a put did.
   *
   * @param revision the revision of the new version
   * @param previous the version before it, if it was asked for and there was one
   */
  record Written(Revision revision, Optional<Entry> previous) implements Outcome {
    /** Checks that nothing is null. */
    public Written {
      requireNonNull(revision, "revision");
      requireNonNull(previous, "previous");
    }
  }

  /**
   * What a delete did.
   *
   * @param revision the store's revision after it, unmoved if nothing was deleted
   * @param count how many keys went
   * @param previous what went, in key order, if it was asked for
   */
  record Deleted(Revision revision, long count, List<Entry> previous) implements Outcome {
    /** Copies the list. */
    public Deleted {
      requireNonNull(revision, "revision");
      previous = List.copyOf(previous);
    }
  }
}
