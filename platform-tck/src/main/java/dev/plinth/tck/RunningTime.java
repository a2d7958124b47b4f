package dev.plinth.tck;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Of the time that passes, that in which this process runs: a machine that is short of processors
 * lets it stand still for seconds, which is no fault of a call that is under way.
 *
 * <p>Counted by a thread that wakes again and again; where it wakes much too late, all stood still.
 * Thread-safe.
 *
 * @since 0.1
 */
public final class RunningTime implements AutoCloseable {
  private static final long TICK_NANOS = 5_000_000;

  /** What counts at most from one tick to the next. */
  private static final long LONGEST_NANOS = 50_000_000;

  private final AtomicLong nanos = new AtomicLong();
  private volatile boolean closed;

  private RunningTime() {}

  /**
   * Begins to count.
   *
   * @return a count from now on, closed by the caller
   */
  public static RunningTime start() {
    RunningTime time = new RunningTime();
    Thread unused = Thread.ofPlatform().daemon().name("tck-running-time").start(time::count);
    return time;
  }

  private void count() {
    long last = System.nanoTime();
    while (!closed) {
      LockSupport.parkNanos(TICK_NANOS);
      long now = System.nanoTime();
      long unused = nanos.addAndGet(Math.min(now - last, LONGEST_NANOS));
      last = now;
    }
  }

  /**
   * Returns how long the process has run since the start.
   *
   * @return never more than the time that has passed
   */
  public Duration elapsed() {
    return Duration.ofNanos(nanos.get());
  }

  @Override
  public void close() {
    closed = true;
  }
}
