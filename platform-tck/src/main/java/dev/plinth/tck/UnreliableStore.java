package dev.plinth.tck;

import dev.plinth.spi.Capability;
import dev.plinth.spi.Commit;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Measurement;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.Watches;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store as one client sees it whose connection a test can cut, while others still reach the data.
 *
 * <p>Thread-safe. Watches that are open stay so until they are broken; closing does not close the
 * store behind.
 */
final class UnreliableStore implements Store, KeyValues, Leases, Watches {
  private final Store store;
  private final StoreRuntime runtime;
  private final AtomicInteger answersToLose = new AtomicInteger();
  private final List<BreakableWatch> watches = new CopyOnWriteArrayList<>();
  private volatile CountDownLatch stalled = new CountDownLatch(0);
  private volatile boolean cut;

  UnreliableStore(Store store) {
    this(store, store.runtime());
  }

  /** A client whose process has a time of its own. */
  UnreliableStore(Store store, StoreRuntime runtime) {
    this.store = store;
    this.runtime = runtime;
  }

  /** Lets every call fail without reaching the store. */
  void cut() {
    cut = true;
  }

  /** Lets calls through again. */
  void mend() {
    cut = false;
    stalled.countDown();
  }

  /** Returns how many watches were opened and neither closed nor broken. */
  int openWatches() {
    return watches.size();
  }

  /** Lets calls reach the store but holds their answers back until {@link #mend}. */
  void stall() {
    stalled = new CountDownLatch(1);
  }

  /** Ends every watch that is open with an error. */
  void breakWatches(StoreException why) {
    watches.forEach(watch -> watch.breakWith(why));
    watches.clear();
  }

  /** Lets the next writes succeed but tells the caller nothing. */
  void loseAnswers(int count) {
    answersToLose.set(count);
  }

  private <T> T ask(Supplier<T> call) {
    if (cut) {
      throw new StoreUnavailableException("the connection is cut");
    }
    T answer = call.get();
    try {
      stalled.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new OutcomeUnknownException("interrupted while the answer was held back", interrupted);
    }
    return answer;
  }

  private <T> T change(Supplier<T> call) {
    /* Chosen before its effect can be seen: who waits for that must not meet an older call here. */
    boolean lost = !cut && answersToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    T result = ask(call);
    if (lost) {
      throw new OutcomeUnknownException("the answer is lost");
    }
    return result;
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
    return ask(store::status);
  }

  @Override
  public List<Measurement> measurements() {
    return store.measurements();
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
    return runtime;
  }

  @Override
  public void close() {}

  @Override
  public Slice read(Read read) {
    return ask(() -> store.keyValues().read(read));
  }

  @Override
  public Commit commit(Transaction transaction) {
    return change(() -> store.keyValues().commit(transaction));
  }

  @Override
  public Revision compact(Revision revision) {
    return change(() -> store.keyValues().compact(revision));
  }

  @Override
  public Revision current() {
    return ask(() -> store.keyValues().current());
  }

  @Override
  public LeaseInfo grant(Duration ttl) {
    return change(() -> store.leases().grant(ttl));
  }

  @Override
  public LeaseInfo grant(LeaseId id, Duration ttl) {
    return change(() -> store.leases().grant(id, ttl));
  }

  @Override
  public LeaseInfo renew(LeaseId id) {
    return change(() -> store.leases().renew(id));
  }

  @Override
  public Revision revoke(LeaseId id) {
    return change(() -> store.leases().revoke(id));
  }

  @Override
  public Optional<LeaseInfo> describe(LeaseId id) {
    return ask(() -> store.leases().describe(id));
  }

  @Override
  public List<LeaseId> list() {
    return ask(() -> store.leases().list());
  }

  @Override
  public Watch open(WatchOptions options) {
    BreakableWatch watch = new BreakableWatch(ask(() -> store.watches().open(options)));
    watches.add(watch);
    return watch;
  }

  /** A watch that a test can end with an error. */
  private final class BreakableWatch implements Watch {
    private final Watch watch;
    private volatile @Nullable StoreException broken;
    private volatile Runnable signal = () -> {};

    BreakableWatch(Watch watch) {
      this.watch = watch;
    }

    void breakWith(StoreException why) {
      broken = why;
      watch.close();
      signal.run();
    }

    private <T> T orBroken(Supplier<T> call) {
      StoreException why = broken;
      if (why != null) {
        throw why;
      }
      try {
        return call.get();
      } catch (HandleClosedException closed) {
        StoreException instead = broken;
        throw instead == null ? closed : instead;
      }
    }

    @Override
    public Revision startedAt() {
      return watch.startedAt();
    }

    @Override
    public WatchBatch next() throws InterruptedException {
      try {
        return watch.next();
      } catch (HandleClosedException closed) {
        StoreException instead = broken;
        throw instead == null ? closed : instead;
      }
    }

    @Override
    public Optional<WatchBatch> poll(Duration timeout) throws InterruptedException {
      try {
        return watch.poll(timeout);
      } catch (HandleClosedException closed) {
        StoreException instead = broken;
        throw instead == null ? closed : instead;
      }
    }

    @Override
    public Optional<WatchBatch> tryNext() {
      return orBroken(watch::tryNext);
    }

    @Override
    public void onReady(Runnable wake) {
      signal = wake;
      watch.onReady(wake);
    }

    @Override
    public void requestProgress() {
      orBroken(() -> {
        watch.requestProgress();
        return Boolean.TRUE;
      });
    }

    @Override
    public void close() {
      watches.remove(this);
      watch.close();
    }
  }
}
