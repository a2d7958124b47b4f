package dev.plinth.spi.cache;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Change;
import dev.plinth.spi.Revision;
import java.util.List;

/**
 * What happened in a cache since a revision that a reader knows.
 *
 * <p>Immutable.
 *
 * @param snapshot how it is now; its revision is the one to ask from next time
 * @param resync whether the changes are not known any more, because the range was listed anew or
 *     the reader was far behind: start over from the snapshot
 * @param changes every one since, in order, each with the version before; empty on a resync
 * @since 0.1
 */
public record CacheUpdate(RangeSnapshot snapshot, boolean resync, List<Change> changes) {
  /** Copies the list. */
  public CacheUpdate {
    requireNonNull(snapshot, "snapshot");
    changes = List.copyOf(changes);
  }

  /**
   * Returns the revision to ask from next time.
   *
   * @return the snapshot's
   */
  public Revision revision() {
    return snapshot.revision();
  }
}
