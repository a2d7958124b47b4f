package dev.plinth.storage.mvcc;

import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Transaction;
import java.time.Duration;

/**
 * A change as a value, to be applied anywhere with the same result.
 *
 * <p>Immutable. What needs a clock or randomness is decided before: the names of leases, and when
 * they expire.
 */
public sealed interface Command {
  /**
   * Applies a transaction.
   *
   * @param transaction one that passed {@link dev.plinth.spi.RequestRules}
   */
  record Write(Transaction transaction) implements Command {}

  /**
   * Grants a lease.
   *
   * @param id its name, not {@link LeaseId#NONE}
   * @param ttl whole seconds
   */
  record Grant(LeaseId id, Duration ttl) implements Command {}

  /**
   * Ends a lease at somebody's request.
   *
   * @param id which
   */
  record Revoke(LeaseId id) implements Command {}

  /**
   * Ends a lease whose time is over; nothing happens if it is another grant of that name by now.
   *
   * @param id which
   * @param generation of which grant
   */
  record Expire(LeaseId id, long generation) implements Command {}

  /**
   * Gives up history.
   *
   * @param oldest the oldest revision that stays readable
   */
  record Compact(Revision oldest) implements Command {}
}
