package dev.plinth.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The leases of a store: promises that keys stay until a time to live has passed without renewal
 * (G17 to G23).
 *
 * <p>Thread-safe; blocking, deadlines and errors as in {@link KeyValues}. These are the raw calls;
 * to hold a lease alive use {@code dev.plinth.spi.session.Session}.
 *
 * <p>A time to live is a whole number of seconds: what is asked for is rounded up and raised to the
 * store's shortest. Zero or less, and more than the store's longest, is refused. A lease never
 * expires before the granted time has passed since the last renewal was processed, whatever wall
 * clocks do, and expires within {@link StoreLimits#expiryBound()} after it.
 *
 * @since 0.1
 */
public interface Leases {
  /**
   * Grants a lease under a name that the store chooses.
   *
   * @param ttl how long it lives without renewal
   * @return the lease, with the time to live that was granted
   * @throws RequestRefusedException if the time to live is out of range
   * @throws StoreException if the store failed
   */
  LeaseInfo grant(Duration ttl);

  /**
   * Grants a lease under a name that the caller chooses, so that a repeated request is noticed
   * (G21).
   *
   * @param id its name; {@link LeaseId#NONE} lets the store choose
   * @param ttl how long it lives without renewal
   * @return the lease, with the time to live that was granted
   * @throws RequestRefusedException with {@link RequestRefusedException.Reason#LEASE_EXISTS} if the
   *     name is taken, or if the time to live is out of range
   * @throws StoreException if the store failed
   */
  LeaseInfo grant(LeaseId id, Duration ttl);

  /**
   * Starts the time to live of a lease anew.
   *
   * @param id which
   * @return the lease
   * @throws LeaseLostException if it expired, was revoked or never existed (G20)
   * @throws StoreException if the store failed
   */
  LeaseInfo renew(LeaseId id);

  /**
   * Ends a lease and deletes all keys attached to it in one revision, in key order (G19).
   *
   * @param id which
   * @return the store's revision afterwards, unmoved if no key was attached
   * @throws RequestRefusedException with {@link RequestRefusedException.Reason#LEASE_NOT_FOUND} if
   *     there is no such lease
   * @throws StoreException if the store failed
   */
  Revision revoke(LeaseId id);

  /**
   * Describes a lease and the keys attached to it.
   *
   * @param id which
   * @return the lease, or nothing if there is none of that name
   * @throws StoreException if the store failed
   */
  Optional<LeaseInfo> describe(LeaseId id);

  /**
   * Lists the leases that live.
   *
   * @return their names, in ascending order
   * @throws StoreException if the store failed
   */
  List<LeaseId> list();
}
