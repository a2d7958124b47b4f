package dev.plinth.storage.etcd;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives up history that is older than wanted: looks at the revision now and then, and compacts to
 * the one before which everything is both too old and beyond the newest ones to keep.
 *
 * <p>Several may do so for one cluster; who comes second finds it done. Thread-safe.
 */
final class EtcdCompactor {
  private static final Logger LOG = LoggerFactory.getLogger(EtcdCompactor.class);

  /** Looks in one age: history stays by that part of it longer at most. */
  private static final int LOOKS = 8;

  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private record Note(long nanoTime, long revision) {}

  private final KeyValues keyValues;
  private final StoreRuntime runtime;
  private final EtcdConfig.Compaction kept;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Note> notes = new ArrayDeque<>();
  private StoreRuntime.@Nullable Scheduled scheduled;
  private long compacted;
  private boolean closed;

  EtcdCompactor(KeyValues keyValues, StoreRuntime runtime, EtcdConfig.Compaction kept) {
    this.keyValues = keyValues;
    this.runtime = runtime;
    this.kept = kept;
  }

  void start() {
    Duration pause = kept.age().map(age -> age.dividedBy(LOOKS)).orElse(LONGEST_PAUSE);
    lock.lock();
    try {
      if (!closed) {
        scheduled =
            runtime.schedule(
                pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause, this::look);
      }
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    try {
      long oldest = oldestKept(keyValues.current().value());
      if (oldest > compacted && oldest > 1) {
        compact(oldest);
        compacted = oldest;
      }
    } catch (HandleClosedException | IncarnationLostException over) {
      close();
    } catch (StoreException failed) {
      LOG.warn("History is not given up this time: {}", failed.getMessage());
    }
    start();
  }

  private void compact(long oldest) {
    try {
      Revision unused = keyValues.compact(Revision.of(oldest));
    } catch (HistoryLostException done) {
      // Somebody else was first.
      compacted = Math.max(compacted, done.compacted().value());
    }
  }

  /** Returns the oldest revision that must stay readable; 0 while that is not known. */
  private long oldestKept(long current) {
    long oldest = Long.MAX_VALUE;
    if (kept.age().isPresent()) {
      long now = runtime.nanoTime();
      notes.add(new Note(now, current));
      long old = 0;
      while (!notes.isEmpty() && now - notes.element().nanoTime() >= kept.age().get().toNanos()) {
        old = notes.remove().revision();
      }
      oldest = old;
    }
    if (kept.revisions().isPresent()) {
      oldest = Math.min(oldest, current - kept.revisions().get() + 1);
    }
    return oldest;
  }

  /** Stops looking. Idempotent. */
  void close() {
    lock.lock();
    try {
      closed = true;
      if (scheduled != null) {
        scheduled.cancel();
      }
    } finally {
      lock.unlock();
    }
  }
}
