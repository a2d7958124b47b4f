package dev.plinth.spi.election;

import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.session.Session;
import java.time.Duration;

/**
 * The removal of a candidate's key, and of no other's: tried until it is done or the lease is given
 * up, with which the key goes anyway (G48, G49).
 */
final class Removal {
  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final int MOST_DOUBLINGS = 6;

  private final Store store;
  private final Session session;
  private final LeaseId lease;
  private final Transaction transaction;

  Removal(Store store, Session session, LeaseId lease, Key key, Condition... own) {
    this.store = store;
    this.session = session;
    this.lease = lease;
    this.transaction = Transaction.when(own).then(Delete.of(key));
  }

  /** Removes the key now; if the store cannot be reached, goes on behind and throws. */
  void now() {
    try {
      store.keyValues().commit(transaction);
    } catch (StoreUnavailableException | OutcomeUnknownException failed) {
      behind();
      throw failed;
    }
  }

  /** Removes the key soon, on a thread of the runtime. */
  void behind() {
    again(0);
  }

  private void again(int failures) {
    Duration delay = FIRST_RETRY.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
    store.runtime().schedule(delay, () -> attempt(failures));
  }

  private void attempt(int failures) {
    if (!session.isHeld(lease)) {
      return;
    }
    try {
      store.keyValues().commit(transaction);
    } catch (StoreUnavailableException | OutcomeUnknownException failed) {
      again(failures + 1);
    } catch (StoreException leftToTheLease) {
      // A store that refuses this will not do it later either; the key goes with the lease.
    }
  }
}
