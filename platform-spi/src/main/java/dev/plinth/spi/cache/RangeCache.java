package dev.plinth.spi.cache;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.WatchBatch;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A range of keys kept in memory: listed at one revision, then kept current by a watch from the
 * next.
 *
 * <p>Thread-safe. Reading never waits for the store. Any number of readers follow the changes, each
 * at its own pace: a reader that is slow or stops delays nobody, and finds a resync instead of
 * changes when it was too far behind.
 *
 * <p>When history is lost the range is listed again, when the store cannot be reached that is tried
 * again; {@link #status} says so, and the last snapshot stays readable meanwhile. Before the first
 * listing there is no snapshot: what is not known never looks empty. A cache is over when it or its
 * store is closed, when the store turns out to be another one, or when it refuses to be read; then
 * every call ends with that error.
 *
 * <pre>{@code
 * Revision seen = Revision.ZERO;
 * while (true) {
 *   CacheUpdate update = cache.awaitChanges(seen);
 *   if (update.resync()) {
 *     startOver(update.snapshot());
 *   } else {
 *     update.changes().forEach(this::apply);
 *   }
 *   seen = update.revision();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class RangeCache implements AutoCloseable {
  /*
   * One thread, CacheFeed, talks to the store and calls the package-private methods; nobody else
   * changes what is guarded by `lock`. `snapshot` is volatile so that reading it needs no lock.
   */

  private final KeyRange range;
  private final StoreRuntime runtime;
  private final CacheFeed feed;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ChangeLog log = new ChangeLog();
  private volatile @Nullable RangeSnapshot snapshot;
  private volatile @Nullable StoreException failure;
  private boolean broken;
  private Optional<StoreException> trouble = Optional.empty();
  private long lists;
  private long heardAt;

  private RangeCache(Store store, KeyRange range) {
    this.range = requireNonNull(range, "range");
    this.runtime = store.runtime();
    this.heardAt = runtime.nanoTime();
    this.feed = new CacheFeed(store, range, this);
  }

  /**
   * Opens a cache. Returns at once; it is filled behind, see {@link #awaitSynced}.
   *
   * @param store where
   * @param range which keys
   * @return the cache, to be closed by the caller
   */
  public static RangeCache open(Store store, KeyRange range) {
    RangeCache cache = new RangeCache(store, range);
    store.runtime().start("plinth-cache", cache.feed);
    return cache;
  }

  /**
   * Returns which keys are kept.
   *
   * @return the range
   */
  public KeyRange range() {
    return range;
  }

  /**
   * Returns everything as it is known now. Costs nothing and never waits.
   *
   * @return the latest snapshot
   * @throws StoreUnavailableException if the range was not listed yet
   * @throws StoreException if the cache is over
   */
  public RangeSnapshot snapshot() {
    StoreException over = failure;
    if (over != null) {
      throw over;
    }
    RangeSnapshot known = snapshot;
    if (known == null) {
      throw new StoreUnavailableException("read " + range + " from memory: not listed yet");
    }
    return known;
  }

  /**
   * Finds an entry in the latest snapshot.
   *
   * @param key which
   * @return its entry, or nothing if the key is missing
   * @throws IllegalArgumentException if the key is outside the range
   * @throws StoreException as {@link #snapshot}
   */
  public Optional<Entry> get(Key key) {
    return snapshot().get(key);
  }

  /**
   * Says what changed since a revision.
   *
   * @param revision the last one that the caller knows; {@link Revision#ZERO} for none
   * @return what changed, or nothing if nothing did
   * @throws StoreException as {@link #snapshot}
   */
  public Optional<CacheUpdate> changesSince(Revision revision) {
    lock.lock();
    try {
      return update(snapshot(), revision);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until something changed since a revision, without limit.
   *
   * @param revision the last one that the caller knows; {@link Revision#ZERO} for none
   * @return what changed
   * @throws StoreException if the cache is over
   * @throws InterruptedException if interrupted while waiting
   */
  public CacheUpdate awaitChanges(Revision revision) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Optional<CacheUpdate> update = updateIfListed(revision);
      while (update.isEmpty()) {
        changed.await();
        update = updateIfListed(revision);
      }
      return update.get();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until something changed since a revision, but not for ever. The limit is counted in real
   * time, also under a virtual clock.
   *
   * @param revision the last one that the caller knows; {@link Revision#ZERO} for none
   * @param timeout how long at most
   * @return what changed, or nothing in time
   * @throws StoreException if the cache is over
   * @throws InterruptedException if interrupted while waiting
   */
  public Optional<CacheUpdate> awaitChanges(Revision revision, Duration timeout)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = timeout.toNanos();
      Optional<CacheUpdate> update = updateIfListed(revision);
      while (update.isEmpty() && left > 0) {
        left = changed.awaitNanos(left);
        update = updateIfListed(revision);
      }
      return update;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the snapshot shows a revision, such as that of a commit of one's own. The limit is
   * counted in real time, also under a virtual clock.
   *
   * @param revision what must be seen
   * @param timeout how long at most
   * @return whether it is seen
   * @throws StoreException if the cache is over
   * @throws InterruptedException if interrupted while waiting
   */
  public boolean awaitRevision(Revision revision, Duration timeout) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (!shows(revision)) {
        feed.askForProgress();
      }
      long left = timeout.toNanos();
      while (!shows(revision) && left > 0) {
        left = changed.awaitNanos(left);
      }
      return shows(revision);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the range was listed for the first time. The limit is counted in real time, also
   * under a virtual clock.
   *
   * @param timeout how long at most
   * @return whether there is a snapshot
   * @throws StoreException if the cache is over
   * @throws InterruptedException if interrupted while waiting
   */
  public boolean awaitSynced(Duration timeout) throws InterruptedException {
    return awaitRevision(Revision.of(1), timeout);
  }

  /**
   * Says how the cache stands. Never waits for the store.
   *
   * @return its status
   */
  public CacheStatus status() {
    lock.lock();
    try {
      RangeSnapshot known = snapshot;
      StoreException over = failure;
      Duration age = Duration.ofNanos(Math.max(0, runtime.nanoTime() - heardAt));
      boolean stale = broken || age.compareTo(CacheFeed.SILENCE) > 0;
      CacheStatus.State state;
      if (over != null) {
        state = CacheStatus.State.FAILED;
      } else if (known == null) {
        state = CacheStatus.State.SYNCING;
      } else {
        state = stale ? CacheStatus.State.STALE : CacheStatus.State.SYNCED;
      }
      return new CacheStatus(
          state,
          known == null ? Revision.ZERO : known.revision(),
          age,
          known == null ? 0 : known.size(),
          Math.max(0, lists - 1),
          over == null ? trouble : Optional.of(over));
    } finally {
      lock.unlock();
    }
  }

  /** Ends the cache and wakes everyone who waits. Idempotent. */
  @Override
  public void close() {
    fail(new HandleClosedException("cache of " + range + " was closed"));
    feed.stop();
  }

  private boolean shows(Revision revision) {
    StoreException over = failure;
    if (over != null) {
      throw over;
    }
    RangeSnapshot known = snapshot;
    return known != null && !revision.isAfter(known.revision());
  }

  private Optional<CacheUpdate> updateIfListed(Revision revision) {
    return shows(Revision.ZERO) ? update(snapshot(), revision) : Optional.empty();
  }

  private Optional<CacheUpdate> update(RangeSnapshot known, Revision revision) {
    Optional<List<Change>> changes = log.since(revision);
    if (changes.isEmpty()) {
      return Optional.of(new CacheUpdate(known, true, List.of()));
    }
    return changes.get().isEmpty()
        ? Optional.empty()
        : Optional.of(new CacheUpdate(known, false, changes.get()));
  }

  // What the feed reports.

  boolean isOver() {
    return failure != null;
  }

  /** Returns up to where the cache is current, if it was listed. */
  Optional<Revision> shown() {
    return Optional.ofNullable(snapshot).map(RangeSnapshot::revision);
  }

  void listed(Revision revision, List<Entry> sorted) {
    EntryTree tree = EntryTree.of(sorted);
    lock.lock();
    try {
      lists++;
      log.restart(revision);
      snapshot = RangeSnapshot.of(range, revision, tree);
      heard();
    } finally {
      lock.unlock();
    }
  }

  void watching() {
    lock.lock();
    try {
      heard();
    } finally {
      lock.unlock();
    }
  }

  void apply(WatchBatch batch) {
    lock.lock();
    try {
      RangeSnapshot known = snapshot;
      if (known == null || !batch.revision().isAfter(known.revision())) {
        heard();
        return;
      }
      EntryTree tree = known.tree();
      for (Change change : batch.changes()) {
        Entry before = EntryTree.get(tree, change.key());
        log.add(before == null ? change : change.withPrevious(before));
        tree =
            change.kind() == Change.Kind.PUT
                ? EntryTree.with(tree, change.entry())
                : EntryTree.without(tree, change.key());
      }
      snapshot = RangeSnapshot.of(range, batch.revision(), tree);
      heard();
    } finally {
      lock.unlock();
    }
  }

  private void heard() {
    heardAt = runtime.nanoTime();
    broken = false;
    trouble = Optional.empty();
    changed.signalAll();
  }

  void lost(StoreException why) {
    lock.lock();
    try {
      broken = true;
      trouble = Optional.of(why);
    } finally {
      lock.unlock();
    }
  }

  void fail(StoreException why) {
    lock.lock();
    try {
      if (failure == null) {
        failure = why;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "cache of " + range + " " + status().state();
  }
}
