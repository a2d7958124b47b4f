package dev.plinth.spi.session;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A lease that is kept alive until it is closed or lost (G44).
 *
 * <p>Thread-safe. Renewals run behind, about three times in each time to live with some jitter, and
 * no listener or waiting thread can delay them. A renewal that the store could not serve is tried
 * again, more often, for as long as the lease is good.
 *
 * <p>The session believes in its lease until a tenth of the time to live before it could expire,
 * counted by a clock that never steps from the moment the last confirmed renewal was <em>sent</em>.
 * The store cannot have expired it then. Past that point the lease counts as lost, whatever answers
 * come later. Believing is still not a lock: a process can be paused between asking {@link #isHeld}
 * and acting. Guard writes that matter with a condition on a key of the lease.
 *
 * <p>Close sessions before their store. After the store is closed, a session ends when its next
 * renewal is due.
 *
 * @since 0.1
 */
public interface Session extends AutoCloseable {

  /** A listener's registration. */
  interface Subscription extends AutoCloseable {
    /** Stops delivery; a call that is under way ends by itself. Idempotent. */
    @Override
    void close();
  }

  /**
   * Gets a lease and begins to renew it. Blocks no longer than two request timeouts of the store.
   *
   * <p>The lease has a random name, so that after a lost answer the store can be asked whether it
   * was granted. If that fails too, a lease without keys may stay behind until it expires.
   *
   * @param store where
   * @param ttl how long the lease lives without renewal; rounded as {@link dev.plinth.spi.Leases}
   *     says
   * @param policy what happens when the lease is lost
   * @return the session, to be closed by the caller
   * @throws RequestRefusedException if the time to live is out of range
   * @throws StoreException if the store failed
   */
  static Session open(Store store, Duration ttl, SessionPolicy policy) {
    return KeptSession.open(store, ttl, policy);
  }

  /**
   * Returns the lease to attach keys to.
   *
   * @return the present one, or the last one if it is lost or the session has ended
   */
  LeaseId lease();

  /**
   * Returns how long the lease lives without renewal.
   *
   * @return what the store granted, at least what was asked for
   */
  Duration ttl();

  /**
   * Returns how the session stands.
   *
   * @return its state
   */
  SessionState state();

  /**
   * Says whether the present lease can be relied on.
   *
   * @return whether the store cannot have expired it yet
   */
  boolean isHeld();

  /**
   * Says whether a lease of this session can be relied on; for what lives on one lease only.
   *
   * @param lease what {@link #lease} returned before
   * @return whether it is the present one and {@link #isHeld}
   */
  boolean isHeld(LeaseId lease);

  /**
   * Waits until the session holds a lease: at once if it does, after a loss until there is a new
   * one.
   *
   * @return the lease
   * @throws LeaseLostException if the session ended because its lease was lost
   * @throws HandleClosedException if the session ended otherwise
   * @throws InterruptedException if interrupted while waiting
   */
  LeaseId awaitHeld() throws InterruptedException;

  /**
   * Waits until the session is over, without limit.
   *
   * @return why
   * @throws InterruptedException if interrupted while waiting
   */
  SessionEnd awaitEnd() throws InterruptedException;

  /**
   * Says why the session is over, if it is.
   *
   * @return why, or nothing while it lives
   */
  Optional<SessionEnd> end();

  /**
   * Delivers every later event, once each and in order, on a thread of its own: a listener that
   * blocks delays nobody but itself. If the session is over, its end is delivered at once.
   *
   * @param listener what to call; an exception that leaves it goes to the thread's
   *     uncaught-exception handler, the next event is delivered all the same
   * @return its registration
   */
  Subscription onEvent(Consumer<SessionEvent> listener);

  /**
   * Stops renewing and leaves the lease and its keys to the store, until the time to live has
   * passed. Idempotent.
   */
  void orphan();

  /**
   * Ends the session and revokes its lease; all its keys go in one revision. If the store cannot be
   * reached, the lease expires instead: nothing is thrown for that. Idempotent; after {@link
   * #orphan} it does nothing.
   */
  @Override
  void close();
}
