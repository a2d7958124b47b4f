package dev.plinth.storage.memory;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Compacts by itself what is older than wanted: notes the revision now and then, and gives up what
 * was past already when a note is old enough.
 *
 * <p>Thread-safe.
 */
final class MemoryHistoryAge {
  private record Note(long nanoTime, Revision revision) {}

  /** Notes in one age: the history is kept by that part of it longer at most. */
  private static final int NOTES = 8;

  private final MemoryWriter writer;
  private final StoreRuntime runtime;
  private final Duration age;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Note> notes = new ArrayDeque<>();
  private StoreRuntime.@Nullable Scheduled scheduled;
  private boolean closed;

  MemoryHistoryAge(MemoryWriter writer, StoreRuntime runtime, Duration age) {
    this.writer = writer;
    this.runtime = runtime;
    this.age = age;
  }

  void start() {
    lock.lock();
    try {
      if (!closed && !age.isZero()) {
        scheduled = runtime.schedule(age.dividedBy(NOTES), this::look);
      }
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    try {
      long oldest = note(runtime.nanoTime(), writer.current().revision());
      if (oldest > 1) {
        compact(oldest);
      }
      start();
    } catch (HandleClosedException closedMeanwhile) {
      close();
    }
  }

  private void compact(long oldest) {
    Revision unused =
        writer.run(
            new MemoryRequest<Revision>() {
              @Override
              Revision apply(KeyspaceEdit edit) {
                MemoryHistoryLimit.compact(edit, oldest);
                return edit.compacted();
              }
            });
  }

  /** Returns the revision that was current one age ago, or 0. */
  private long note(long now, Revision revision) {
    lock.lock();
    try {
      long oldest = 0;
      notes.add(new Note(now, revision));
      while (!notes.isEmpty() && now - notes.element().nanoTime() >= age.toNanos()) {
        oldest = notes.remove().revision().value();
      }
      return oldest;
    } finally {
      lock.unlock();
    }
  }

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
