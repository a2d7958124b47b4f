package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import java.util.List;
import java.util.Optional;

/**
 * What the owner of a keyspace says to a {@link Request}.
 *
 * <p>Immutable.
 */
sealed interface Answer {
  /** A transaction was applied. */
  record Committed(Commit commit) implements Answer {}

  /** Done; the revision afterwards, or the current one. */
  record Done(Revision revision) implements Answer {}

  /** A lease was granted, renewed or described; nothing if there is none. */
  record Lease(Optional<LeaseInfo> lease) implements Answer {}

  /** All leases. */
  record LeaseNames(List<LeaseId> ids) implements Answer {}

  /** How the keyspace is. */
  record Condition(
      Revision revision,
      Revision compacted,
      long keys,
      long sizeBytes,
      long historyRevisions,
      String digest)
      implements Answer {}

  /**
   * Changes of a range.
   *
   * @param revision the current one
   * @param compacted the oldest readable one; above what was asked for if that is lost
   * @param through everything up to here was looked at
   * @param changes what was wanted of it, whole revisions
   */
  record Changes(Revision revision, Revision compacted, Revision through, List<Change> changes)
      implements Answer {}

  /** The request was refused, or came too late; nothing was applied. */
  record Refused(StoreException reason) implements Answer {}
}
