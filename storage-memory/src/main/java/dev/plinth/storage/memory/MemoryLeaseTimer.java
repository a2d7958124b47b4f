package dev.plinth.storage.memory;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Calls the writer when the next lease may be over, in case nobody else does.
 *
 * <p>Thread-safe. One task at most is scheduled.
 */
final class MemoryLeaseTimer {
  /** Deadlines closer together than this are looked at together. */
  private static final long PAUSE_NANOS = 10_000_000;

  private final MemoryWriter writer;
  private final MemoryLeaseClocks clocks;
  private final StoreRuntime runtime;
  private final ReentrantLock lock = new ReentrantLock();
  private StoreRuntime.@Nullable Scheduled scheduled;
  private long scheduledFor;
  private boolean closed;

  MemoryLeaseTimer(MemoryWriter writer, MemoryLeaseClocks clocks, StoreRuntime runtime) {
    this.writer = writer;
    this.clocks = clocks;
    this.runtime = runtime;
  }

  /** Makes sure that somebody looks no later than this. */
  void lookIn(Duration delay) {
    // As with the clocks, what does not fit into nanoseconds is as good as never.
    Duration bounded =
        delay.compareTo(Duration.ofDays(36_500)) > 0 ? Duration.ofDays(36_500) : delay;
    lookAt(runtime.nanoTime() + bounded.toNanos());
  }

  private void lookAt(long time) {
    lock.lock();
    try {
      if (closed || (scheduled != null && scheduledFor - time <= 0)) {
        return;
      }
      if (scheduled != null) {
        scheduled.cancel();
      }
      scheduledFor = time;
      scheduled =
          runtime.schedule(
              Duration.ofNanos(Math.max(0, time - runtime.nanoTime())), () -> look(time));
    } finally {
      lock.unlock();
    }
  }

  private void look(long time) {
    lock.lock();
    try {
      if (scheduledFor == time) {
        scheduled = null;
      }
    } finally {
      lock.unlock();
    }
    try {
      OptionalLong next = writer.run(new LookRequest());
      if (next.isPresent()) {
        long soonest = runtime.nanoTime() + PAUSE_NANOS;
        lookAt(next.getAsLong() - soonest < 0 ? soonest : next.getAsLong());
      }
    } catch (HandleClosedException closedMeanwhile) {
      close();
    }
  }

  /** The writer has ended what is over before it applies this. */
  private final class LookRequest extends MemoryRequest<OptionalLong> {
    @Override
    OptionalLong apply(KeyspaceEdit edit) {
      return clocks.next();
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
