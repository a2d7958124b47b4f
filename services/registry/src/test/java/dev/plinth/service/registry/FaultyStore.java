package dev.plinth.service.registry;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Capability;
import dev.plinth.spi.Commit;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Leases;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.Watches;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * A store whose calls fail on demand, in front of one that works.
 *
 * <p>Thread-safe.
 */
public final class FaultyStore implements Store {
  /** How a write ends whose answer is lost. */
  public enum Loss {
    /** It was applied. */
    APPLIED,
    /** It was not. */
    NOT_APPLIED
  }

  private record LostAnswer(Predicate<Transaction> which, Loss loss) {}

  private record Interruption(Predicate<Transaction> which, Runnable work) {}

  private final Store store;
  private final AtomicReference<Optional<LostAnswer>> lostAnswer =
      new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<Interruption>> interruption =
      new AtomicReference<>(Optional.empty());
  private volatile Predicate<Transaction> refusing = transaction -> false;
  private volatile boolean unavailable;

  public FaultyStore(Store store) {
    this.store = store;
  }

  /** Lets every call fail from now on, or none. */
  public void unavailable(boolean now) {
    unavailable = now;
  }

  /** Lets transactions of a kind fail as unavailable. */
  public void refuse(Predicate<Transaction> which) {
    refusing = which;
  }

  /** Loses the answer of the next transaction of a kind. */
  public void loseAnswer(Predicate<Transaction> which, Loss loss) {
    lostAnswer.set(Optional.of(new LostAnswer(which, loss)));
  }

  /** Does something just before the next transaction of a kind. */
  public void before(Predicate<Transaction> which, Runnable work) {
    interruption.set(Optional.of(new Interruption(which, work)));
  }

  private <T> T reached(T part) {
    if (unavailable) {
      throw new StoreUnavailableException("no connection to the store");
    }
    return part;
  }

  @Override
  public KeyValues keyValues() {
    return new KeyValues() {
      @Override
      public Slice read(Read read) {
        return reached(store.keyValues()).read(read);
      }

      @Override
      public Commit commit(Transaction transaction) {
        if (refusing.test(transaction)) {
          throw new StoreUnavailableException("this part of the store is away");
        }
        take(interruption, found -> found.which().test(transaction))
            .ifPresent(found -> found.work().run());
        Optional<LostAnswer> lost = take(lostAnswer, found -> found.which().test(transaction));
        if (lost.isEmpty()) {
          return reached(store.keyValues()).commit(transaction);
        }
        if (lost.get().loss() == Loss.APPLIED) {
          store.keyValues().commit(transaction);
        }
        throw new OutcomeUnknownException("commit: no answer in time");
      }

      @Override
      public Revision compact(Revision revision) {
        return reached(store.keyValues()).compact(revision);
      }

      @Override
      public Revision current() {
        return reached(store.keyValues()).current();
      }
    };
  }

  private static <T> Optional<T> take(AtomicReference<Optional<T>> slot, Predicate<T> wanted) {
    Optional<T> there = requireNonNull(slot.get());
    return there.filter(wanted).isPresent() && slot.compareAndSet(there, Optional.empty())
        ? there
        : Optional.empty();
  }

  @Override
  public Leases leases() {
    return new Leases() {
      @Override
      public LeaseInfo grant(Duration ttl) {
        return reached(store.leases()).grant(ttl);
      }

      @Override
      public LeaseInfo grant(LeaseId id, Duration ttl) {
        return reached(store.leases()).grant(id, ttl);
      }

      @Override
      public LeaseInfo renew(LeaseId id) {
        return reached(store.leases()).renew(id);
      }

      @Override
      public Revision revoke(LeaseId id) {
        return reached(store.leases()).revoke(id);
      }

      @Override
      public Optional<LeaseInfo> describe(LeaseId id) {
        return reached(store.leases()).describe(id);
      }

      @Override
      public List<LeaseId> list() {
        return reached(store.leases()).list();
      }
    };
  }

  @Override
  public Watches watches() {
    return new Watches() {
      @Override
      public Watch open(WatchOptions options) {
        return reached(store.watches()).open(options);
      }
    };
  }

  @Override
  public StoreStatus status() {
    return reached(store).status();
  }

  @Override
  public StoreLimits limits() {
    return store.limits();
  }

  @Override
  public Set<Capability> capabilities() {
    return store.capabilities();
  }

  @Override
  public StoreRuntime runtime() {
    return store.runtime();
  }

  @Override
  public void close() {
    store.close();
  }
}
