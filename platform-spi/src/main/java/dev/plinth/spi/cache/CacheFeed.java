package dev.plinth.spi.cache;

import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The one thread that fills a cache: lists the range, follows it, and does so again after trouble.
 *
 * <p>{@link #stop} and {@link #askForProgress} may be called from any thread.
 */
final class CacheFeed implements Runnable {
  /** After this long without a word the store is not taken to be reachable. */
  static final Duration SILENCE = Duration.ofSeconds(15);

  private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(5);
  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final int MOST_DOUBLINGS = 5;
  private static final int PAGE = 5_000;

  private final Store store;
  private final KeyRange range;
  private final RangeCache cache;
  private final Semaphore wakeups = new Semaphore(0);
  private volatile boolean progressWanted;
  private int failures;

  CacheFeed(Store store, KeyRange range, RangeCache cache) {
    this.store = store;
    this.range = range;
    this.cache = cache;
  }

  void stop() {
    wakeups.release();
  }

  void askForProgress() {
    progressWanted = true;
    wakeups.release();
  }

  @Override
  public void run() {
    try {
      boolean listed = false;
      while (!cache.isOver()) {
        listed = fill(listed);
      }
    } catch (InterruptedException stopped) {
      cache.fail(new HandleClosedException("cache of " + range + " was interrupted", stopped));
    }
  }

  /** Keeps the cache current until something goes wrong; says whether its listing is still good. */
  private boolean fill(boolean listed) throws InterruptedException {
    boolean good = listed;
    try {
      if (!good) {
        list();
        good = true;
      }
      follow(cache.shown().orElseThrow());
    } catch (HistoryLostException compacted) {
      good = false;
      cache.lost(compacted);
      retryLater();
    } catch (StoreUnavailableException | OutcomeUnknownException unreachable) {
      cache.lost(unreachable);
      retryLater();
    } catch (StoreException over) {
      cache.fail(over);
    }
    return good;
  }

  /** Lists the range at one revision, in pages so that no answer is too large. */
  private void list() {
    List<Entry> entries = new ArrayList<>();
    Slice page = store.keyValues().read(Read.of(range).limitedTo(PAGE));
    Revision revision = page.revision();
    entries.addAll(page.entries());
    while (page.more()) {
      page =
          store
              .keyValues()
              .read(Read.of(after(entries.getLast().key())).at(revision).limitedTo(PAGE));
      entries.addAll(page.entries());
    }
    cache.listed(revision, entries);
  }

  private KeyRange after(Key last) {
    return range
        .end()
        .map(end -> KeyRange.between(last.next(), end))
        .orElse(KeyRange.from(last.next()));
  }

  private void follow(Revision shown) throws InterruptedException {
    WatchOptions options =
        WatchOptions.of(range).from(shown.next()).withProgressEvery(PROGRESS_INTERVAL);
    try (Watch watch = store.watches().open(options)) {
      cache.watching();
      watch.onReady(wakeups::release);
      while (!cache.isOver()) {
        if (progressWanted) {
          progressWanted = false;
          watch.requestProgress();
        }
        Optional<WatchBatch> batch = watch.tryNext();
        if (batch.isPresent()) {
          failures = 0;
          cache.apply(batch.get());
        } else {
          wakeups.acquire();
          wakeups.drainPermits();
        }
      }
    }
  }

  /** Waits before the next attempt: not at all after the first failure in a row. */
  private void retryLater() throws InterruptedException {
    failures++;
    if (failures == 1) {
      return;
    }
    Duration most = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 2, MOST_DOUBLINGS));
    long nanos = (long) (most.toNanos() * (0.5 + store.runtime().random().nextDouble() / 2));
    AtomicBoolean due = new AtomicBoolean();
    StoreRuntime.Scheduled alarm =
        store
            .runtime()
            .schedule(
                Duration.ofNanos(nanos),
                () -> {
                  due.set(true);
                  wakeups.release();
                });
    try {
      while (!due.get() && !cache.isOver()) {
        wakeups.acquire();
      }
    } finally {
      alarm.cancel();
    }
  }
}
