package dev.plinth.spi;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Real time. One daemon thread waits for what is due and hands it to a virtual thread, so no task
 * delays another.
 */
final class SystemRuntime implements StoreRuntime {
  private final ScheduledThreadPoolExecutor timer;
  private final RandomGenerator random = new SecureRandom();

  SystemRuntime() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("plinth-timer").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    try {
      Future<?> due =
          timer.schedule(
              () -> start("plinth-scheduled", task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> due.cancel(false);
    } catch (RejectedExecutionException closed) {
      return () -> {};
    }
  }

  @Override
  public Thread start(String name, Runnable task) {
    return Thread.ofVirtual().name(name).start(task);
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
