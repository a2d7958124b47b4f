package dev.plinth.storage.memory;

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
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.Watches;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A store whose answers and deliveries go through what a test changes about them. Everything passes
 * through unchanged until it is told otherwise.
 */
class AlteredStore implements Store, KeyValues, Leases, Watches {
  private final Store store;

  AlteredStore(Store store) {
    this.store = store;
  }

  /** Changes what a watch delivers; called for each delivery, in order. */
  List<WatchBatch> altered(WatchOptions options, WatchBatch batch) {
    return List.of(batch);
  }

  @Override
  public KeyValues keyValues() {
    return this;
  }

  @Override
  public Leases leases() {
    return this;
  }

  @Override
  public Watches watches() {
    return this;
  }

  @Override
  public StoreStatus status() {
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
    store.close();
  }

  @Override
  public Slice read(Read read) {
    return store.keyValues().read(read);
  }

  @Override
  public Commit commit(Transaction transaction) {
    return store.keyValues().commit(transaction);
  }

  @Override
  public Revision compact(Revision revision) {
    return store.keyValues().compact(revision);
  }

  @Override
  public Revision current() {
    return store.keyValues().current();
  }

  @Override
  public LeaseInfo grant(Duration ttl) {
    return store.leases().grant(ttl);
  }

  @Override
  public LeaseInfo grant(LeaseId id, Duration ttl) {
    return store.leases().grant(id, ttl);
  }

  @Override
  public LeaseInfo renew(LeaseId id) {
    return store.leases().renew(id);
  }

  @Override
  public Revision revoke(LeaseId id) {
    return store.leases().revoke(id);
  }

  @Override
  public Optional<LeaseInfo> describe(LeaseId id) {
    return store.leases().describe(id);
  }

  @Override
  public List<LeaseId> list() {
    return store.leases().list();
  }

  @Override
  public Watch open(WatchOptions options) {
    return new AlteredWatch(store.watches().open(options), options);
  }

  private final class AlteredWatch implements Watch {
    private final Watch watch;
    private final WatchOptions options;
    private final Deque<WatchBatch> pending = new ArrayDeque<>();

    AlteredWatch(Watch watch, WatchOptions options) {
      this.watch = watch;
      this.options = options;
    }

    @Override
    public Revision startedAt() {
      return watch.startedAt();
    }

    @Override
    public WatchBatch next() throws InterruptedException {
      while (pending.isEmpty()) {
        pending.addAll(altered(options, watch.next()));
      }
      return pending.removeFirst();
    }

    @Override
    public Optional<WatchBatch> poll(Duration timeout) throws InterruptedException {
      if (pending.isEmpty()) {
        watch.poll(timeout).ifPresent(batch -> pending.addAll(altered(options, batch)));
      }
      return Optional.ofNullable(pending.pollFirst());
    }

    @Override
    public Optional<WatchBatch> tryNext() {
      if (pending.isEmpty()) {
        watch.tryNext().ifPresent(batch -> pending.addAll(altered(options, batch)));
      }
      return Optional.ofNullable(pending.pollFirst());
    }

    @Override
    public void onReady(Runnable signal) {
      watch.onReady(signal);
    }

    @Override
    public void requestProgress() {
      watch.requestProgress();
    }

    @Override
    public void close() {
      watch.close();
    }
  }
}
