package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What is asked of the owner of a keyspace. A {@link Step} changes the state, and is what the owner
 * sends on to the other replicas, once it is known to have an effect. A {@link Question} may be
 * answered by any replica of which the owner has just confirmed that it is where the owner is.
 *
 * <p>Immutable.
 */
sealed interface Request {
  /** Something that changes the state, in the same way wherever it is applied. */
  sealed interface Step extends Request {}

  /** Something that the data alone answers, wherever it is known to be the newest. */
  sealed interface Question extends Request {}

  /** Applies a transaction that may change something. */
  record Write(Transaction transaction) implements Step {}

  /** Gives up history before a revision. */
  record Compact(Revision oldest) implements Step {}

  /** Grants a lease of whole seconds. */
  record Grant(LeaseId id, Duration ttl) implements Step {}

  /** Ends a lease at somebody's request. */
  record Revoke(LeaseId id) implements Step {}

  /** Ends a lease whose time is over; made by the owner only. */
  record Expire(LeaseId id, long generation) implements Step {}

  /** Notes which member measures time from here on; made by the owner only. */
  record TakeOver(UUID member) implements Step {}

  /** Notes that a batch was applied and what it answered; made by the owner only. */
  record Remember(UUID client, long sequence, Optional<Bytes> answers) implements Step {}

  /** Applies a transaction that changes nothing whatever its conditions; also any other read. */
  record Ask(Transaction transaction) implements Question {}

  /** Asks for the current revision alone. */
  record Current() implements Question {}

  /** Starts the time of a lease anew. */
  record Renew(LeaseId id) implements Request {}

  /** Asks for a lease and what is attached to it. */
  record Describe(LeaseId id) implements Request {}

  /** Asks for the names of all leases. */
  record ListLeases() implements Question {}

  /** Asks how the keyspace is. */
  record Status() implements Question {}

  /** Asks for the changes of a range from a revision on, as many as fit. */
  record Pull(
      Revision from, KeyRange range, Set<Change.Kind> kinds, boolean previousValues, long bytes)
      implements Question {}

  /** Asks for nothing; the owner does what is due. */
  record Tick() implements Request {}
}
