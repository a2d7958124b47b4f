package dev.plinth.spi.election;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.StoreException;

/**
 * One term of leading an election.
 *
 * <p>Thread-safe. A term ends once and never comes back: when it is closed, when its key is gone,
 * when its session ended or gave its lease up. Another term of the same candidate is another
 * leadership with another token, and hears nothing of this one.
 *
 * <p>Leading is a belief, not a lock: a process that was paused may still think it leads. Guard
 * every write that matters with {@link #stillHeld}, or with {@link #token} where the resource is
 * not in the store.
 *
 * @since 0.1
 */
public interface Leadership extends AutoCloseable {
  /**
   * Returns what is led.
   *
   * @return the election
   */
  ElectionName election();

  /**
   * Returns the lease that the term lives on, for keys that should go with it.
   *
   * @return the session's lease when it stood for election
   */
  LeaseId lease();

  /**
   * Returns the condition that this term is still the valid one. In a transaction it makes the
   * store refuse the write of a leader of the past (G45).
   *
   * @return a condition on the candidate's key
   */
  Condition stillHeld();

  /**
   * Returns the number of the term (G47).
   *
   * @return the revision that created the candidate's key
   */
  FencingToken token();

  /**
   * Says whether this still believes to lead: no end was noticed and the session's lease can be
   * relied on. For deciding what to begin, not for safety.
   *
   * @return whether it does
   */
  boolean isHeld();

  /**
   * Changes what followers read. The token stays.
   *
   * @param proposal the new value
   * @throws RequestRefusedException with {@link RequestRefusedException.Reason#NOT_LEADER} if the
   *     term is over; nothing was written
   * @throws StoreException if the store failed
   */
  void proclaim(Bytes proposal);

  /**
   * Waits until the term is over, without limit. The loss of the lease is noticed before the store
   * can have expired it (G46), the deletion of the key when the store delivers it.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  void awaitLoss() throws InterruptedException;

  /**
   * Runs something once when the term is over, at once if it is, on a thread of its own.
   *
   * @param signal what to run; an exception that leaves it goes to the thread's uncaught-exception
   *     handler
   */
  void onLoss(Runnable signal);

  /**
   * Resigns: removes the candidate's key if it is still of this term, never another's (G49). If the
   * store cannot be reached, that is tried again behind until it is done or the lease is given up;
   * nothing is thrown for it. Idempotent.
   */
  @Override
  void close();
}
