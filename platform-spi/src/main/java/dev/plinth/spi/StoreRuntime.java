package dev.plinth.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * The time, the threads and the randomness that a store and the recipes on it use, so that tests
 * can inject their own.
 *
 * <p>Thread-safe. Whoever makes it closes it, after the stores that use it.
 *
 * @since 0.1
 */
public interface StoreRuntime extends AutoCloseable {
  /** A task that will run later. */
  interface Scheduled {
    /** Prevents the task from running if it has not begun. Idempotent. */
    void cancel();
  }

  /**
   * Reads a clock that never steps; everything that expires is measured with it (G23).
   *
   * @return nanoseconds since an arbitrary point
   */
  long nanoTime();

  /**
   * Reads the wall clock, for what people read.
   *
   * @return the time of day
   */
  Instant now();

  /**
   * Runs a task once, later, on a thread of its own, on which it may block.
   *
   * @param delay by {@link #nanoTime}; zero or less for at once
   * @param task what to run; an exception that leaves it goes to the thread's uncaught-exception
   *     handler
   * @return a handle to cancel it
   */
  Scheduled schedule(Duration delay, Runnable task);

  /**
   * Starts a thread that does not keep the JVM alive.
   *
   * @param name for thread dumps
   * @param task what it runs
   * @return the thread, started
   */
  Thread start(String name, Runnable task);

  /**
   * Returns a source of randomness.
   *
   * @return thread-safe
   */
  RandomGenerator random();

  /** Cancels everything scheduled. Idempotent. */
  @Override
  void close();

  /**
   * Returns a runtime of real time and virtual threads.
   *
   * @return a new one, to be closed by the caller
   */
  static StoreRuntime system() {
    return new SystemRuntime();
  }
}
