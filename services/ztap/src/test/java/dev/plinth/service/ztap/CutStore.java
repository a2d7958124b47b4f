package dev.plinth.service.ztap;

import dev.plinth.spi.Capability;
import dev.plinth.spi.Commit;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Leases;
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
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.Watches;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One node's way to a store that others share, which can be cut: calls are unavailable then, and
 * watches say nothing until it heals.
 */
final class CutStore implements Store {
  private final Store store;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition healed = lock.newCondition();
  private final List<Runnable> signals = new CopyOnWriteArrayList<>();
  private boolean cut;

  CutStore(Store store) {
    this.store = store;
  }

  void cut() {
    lock.lock();
    try {
      cut = true;
    } finally {
      lock.unlock();
    }
  }

  void heal() {
    lock.lock();
    try {
      cut = false;
      healed.signalAll();
    } finally {
      lock.unlock();
    }
    // What came meanwhile was signalled when nobody could take it.
    signals.forEach(Runnable::run);
  }

  private void check(String what) {
    lock.lock();
    try {
      if (cut) {
        throw new StoreUnavailableException(what + ": the way to the store is cut");
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public KeyValues keyValues() {
    KeyValues inner = store.keyValues();
    return new KeyValues() {
      @Override
      public Slice read(Read read) {
        check("read");
        return inner.read(read);
      }

      @Override
      public Commit commit(Transaction transaction) {
        check("commit");
        return inner.commit(transaction);
      }

      @Override
      public Revision compact(Revision revision) {
        check("compact");
        return inner.compact(revision);
      }

      @Override
      public Revision current() {
        check("current");
        return inner.current();
      }
    };
  }

  @Override
  public Leases leases() {
    Leases inner = store.leases();
    return new Leases() {
      @Override
      public LeaseInfo grant(Duration ttl) {
        check("grant");
        return inner.grant(ttl);
      }

      @Override
      public LeaseInfo grant(LeaseId id, Duration ttl) {
        check("grant");
        return inner.grant(id, ttl);
      }

      @Override
      public LeaseInfo renew(LeaseId id) {
        check("renew");
        return inner.renew(id);
      }

      @Override
      public Revision revoke(LeaseId id) {
        check("revoke");
        return inner.revoke(id);
      }

      @Override
      public Optional<LeaseInfo> describe(LeaseId id) {
        check("describe");
        return inner.describe(id);
      }

      @Override
      public List<LeaseId> list() {
        check("list");
        return inner.list();
      }
    };
  }

  @Override
  public Watches watches() {
    return options -> {
      check("watch");
      return new CutWatch(store.watches().open(options));
    };
  }

  @Override
  public StoreStatus status() {
    check("status");
    return store.status();
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
    // The store is the others' too.
  }

  private final class CutWatch implements Watch {
    private final Watch watch;
    private boolean closed;

    CutWatch(Watch watch) {
      this.watch = watch;
    }

    @Override
    public Revision startedAt() {
      return watch.startedAt();
    }

    @Override
    public WatchBatch next() throws InterruptedException {
      awaitHealed();
      WatchBatch batch = watch.next();
      awaitHealed();
      return batch;
    }

    @Override
    public Optional<WatchBatch> poll(Duration timeout) throws InterruptedException {
      awaitHealed();
      Optional<WatchBatch> batch = watch.poll(timeout);
      awaitHealed();
      return batch;
    }

    @Override
    public Optional<WatchBatch> tryNext() {
      lock.lock();
      try {
        return cut ? Optional.empty() : watch.tryNext();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onReady(Runnable signal) {
      signals.add(signal);
      watch.onReady(signal);
    }

    @Override
    public void requestProgress() {
      watch.requestProgress();
    }

    @Override
    public void close() {
      watch.close();
      lock.lock();
      try {
        closed = true;
        healed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private void awaitHealed() throws InterruptedException {
      lock.lockInterruptibly();
      try {
        while (cut && !closed) {
          healed.await();
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
