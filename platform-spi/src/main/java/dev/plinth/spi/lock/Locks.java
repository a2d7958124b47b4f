package dev.plinth.spi.lock;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.election.Candidate;
import dev.plinth.spi.election.CandidateQueue;
import dev.plinth.spi.session.Session;
import java.time.Duration;
import java.util.Optional;

/**
 * Locks on a store, obtained in the order in which they were asked for (G45 to G49, G51, G52).
 *
 * <p>Thread-safe, holds nothing; make as many as convenient. A lock is not reentrant: two threads
 * that ask with the same session exclude each other too.
 *
 * @since 0.1
 */
public final class Locks {
  private final Store store;

  private Locks(Store store) {
    this.store = requireNonNull(store, "store");
  }

  /**
   * Returns the locks on a store.
   *
   * @param store where
   * @return its locks
   */
  public static Locks over(Store store) {
    return new Locks(store);
  }

  /**
   * Waits until the lock is free and takes it. Blocks without limit. While it waits, a store that
   * cannot be reached is asked again for as long as the session holds its lease.
   *
   * @param name what to lock
   * @param session what the lock lives on
   * @return the lock, until unlocked or lost
   * @throws LeaseLostException if the session lost its lease, or the contender's key was deleted by
   *     someone else
   * @throws StoreException if the store failed; nothing is held and no key left
   * @throws InterruptedException if interrupted while waiting; nothing is held and no key left
   */
  public HeldLock lock(LockName name, Session session) throws InterruptedException {
    Candidate candidate = queue(name).enterInTurn(session, unlikeAnyOther());
    candidate.awaitFirst();
    return new CandidateLock(name, candidate);
  }

  /**
   * Waits until the lock is free and takes it, but not for ever.
   *
   * @param name what to lock
   * @param session what the lock lives on
   * @param timeout how long to wait at most, by the runtime's clock; the calls to the store take
   *     their time besides
   * @return the lock, or nothing if it was not free in time; then no key is left (G51)
   * @throws LeaseLostException if the session lost its lease, or the contender's key was deleted by
   *     someone else
   * @throws StoreException if the store failed; nothing is held and no key left
   * @throws InterruptedException if interrupted while waiting; nothing is held and no key left
   */
  public Optional<HeldLock> lock(LockName name, Session session, Duration timeout)
      throws InterruptedException {
    long begun = store.runtime().nanoTime();
    Optional<Candidate> candidate = queue(name).enterInTurn(session, unlikeAnyOther(), timeout);
    if (candidate.isEmpty()) {
      return Optional.empty();
    }
    Duration waited = Duration.ofNanos(store.runtime().nanoTime() - begun);
    return candidate.get().awaitFirst(timeout.minus(waited))
        ? Optional.of(new CandidateLock(name, candidate.get()))
        : Optional.empty();
  }

  /**
   * Takes the lock if it is free; never waits for another holder and leaves no key otherwise (G51).
   * Blocks no longer than a few request timeouts.
   *
   * @param name what to lock
   * @param session what the lock lives on
   * @return the lock, or nothing if it is held
   * @throws LeaseLostException if the session does not hold its lease
   * @throws StoreException if the store failed; nothing is held and no key left
   */
  public Optional<HeldLock> tryLock(LockName name, Session session) {
    return queue(name)
        .enterIfEmpty(session, unlikeAnyOther())
        .map(candidate -> new CandidateLock(name, candidate));
  }

  private CandidateQueue queue(LockName name) {
    return CandidateQueue.over(store, name.key());
  }

  /** Tells this attempt's key from another's when an answer was lost. */
  private Bytes unlikeAnyOther() {
    return Bytes.utf8(Long.toHexString(store.runtime().random().nextLong()));
  }
}
