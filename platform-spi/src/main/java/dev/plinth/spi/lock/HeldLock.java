package dev.plinth.spi.lock;

import dev.plinth.spi.Condition;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.election.FencingToken;

/**
 * A lock from when it was obtained until it is unlocked or lost.
 *
 * <p>Thread-safe; may be unlocked from any thread. Holding is a belief: a process that was paused
 * may still think it holds. Guard every write that matters with {@link #stillHeld}, or with {@link
 * #token} where the resource is not in the store.
 *
 * @since 0.1
 */
public interface HeldLock extends AutoCloseable {
  /**
   * Returns what is locked.
   *
   * @return its name
   */
  LockName name();

  /**
   * Returns the lease that the lock lives on.
   *
   * @return the session's lease when it asked for the lock
   */
  LeaseId lease();

  /**
   * Returns the condition that this is still the valid holder. In a transaction it makes the store
   * refuse the write of a holder of the past (G45).
   *
   * @return a condition on the holder's key
   */
  Condition stillHeld();

  /**
   * Returns the number of this hold; every later holder of the same lock has a greater one (G47).
   *
   * @return the revision that created the holder's key
   */
  FencingToken token();

  /**
   * Says whether this still believes to hold: no end was noticed and the session's lease can be
   * relied on. For deciding what to begin, not for safety.
   *
   * @return whether it does
   */
  boolean isHeld();

  /**
   * Waits until the lock is unlocked or lost, without limit.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  void awaitLoss() throws InterruptedException;

  /**
   * Runs something once when the lock is unlocked or lost, at once if it is, on a thread of its
   * own.
   *
   * @param signal what to run; an exception that leaves it goes to the thread's uncaught-exception
   *     handler
   */
  void onLoss(Runnable signal);

  /**
   * Unlocks: removes the holder's key if it is still of this hold, never another's (G49).
   *
   * @return whether this call ended the hold; not if it was unlocked or lost before
   * @throws StoreException if the store failed; the removal goes on behind until it is done or the
   *     lease is given up
   */
  boolean unlock();

  /**
   * Unlocks like {@link #unlock}, but throws nothing if the store cannot be reached. Idempotent.
   */
  @Override
  void close();
}
