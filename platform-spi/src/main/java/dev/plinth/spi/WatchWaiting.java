package dev.plinth.spi;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * How the reader of a {@link Watch} waits, in the same way on every store. For those who write a
 * store.
 *
 * <p>Thread-safe, with one reader at a time.
 *
 * @since 0.1
 */
public final class WatchWaiting {
  private final ReentrantLock lock;
  private final Condition ready;
  private final BooleanSupplier idle;
  private final Supplier<Optional<WatchBatch>> pull;

  /**
   * Prepares the waiting of one watch.
   *
   * @param lock guards the watch
   * @param idle whether the last pull found nothing and nothing came since; asked with the lock
   *     held
   * @param pull {@link Watch#tryNext}; called without the lock
   */
  public WatchWaiting(
      ReentrantLock lock, BooleanSupplier idle, Supplier<Optional<WatchBatch>> pull) {
    this.lock = lock;
    this.ready = lock.newCondition();
    this.idle = idle;
    this.pull = pull;
  }

  /** Wakes the reader, because the watch is no longer idle. The caller holds the lock. */
  public void wakeUp() {
    ready.signalAll();
  }

  /**
   * Does what {@link Watch#next} promises.
   *
   * @return the next delivery
   * @throws InterruptedException if interrupted while waiting
   * @throws StoreException what pulling throws
   */
  public WatchBatch next() throws InterruptedException {
    while (true) {
      Optional<WatchBatch> batch = pull();
      if (batch.isPresent()) {
        return batch.get();
      }
      lock.lockInterruptibly();
      try {
        while (idle.getAsBoolean()) {
          ready.await();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Does what {@link Watch#poll} promises.
   *
   * @param timeout how long at most
   * @return the next delivery, or nothing in time
   * @throws InterruptedException if interrupted while waiting
   * @throws StoreException what pulling throws
   */
  public Optional<WatchBatch> poll(Duration timeout) throws InterruptedException {
    long left = saturatedNanos(timeout);
    while (true) {
      Optional<WatchBatch> batch = pull();
      if (batch.isPresent()) {
        return batch;
      }
      lock.lockInterruptibly();
      try {
        while (idle.getAsBoolean()) {
          if (left <= 0) {
            return Optional.empty();
          }
          left = ready.awaitNanos(left);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private Optional<WatchBatch> pull() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return pull.get();
  }

  private static long saturatedNanos(Duration timeout) {
    return timeout.compareTo(Duration.ofDays(365)) > 0
        ? TimeUnit.DAYS.toNanos(365)
        : Math.max(0, timeout.toNanos());
  }
}
