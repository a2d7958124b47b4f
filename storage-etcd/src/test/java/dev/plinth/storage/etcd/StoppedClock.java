package dev.plinth.storage.etcd;

import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Real threads, and a clock that only the test moves. */
final class StoppedClock implements StoreRuntime {
  private final StoreRuntime real = StoreRuntime.system();
  private final AtomicLong nanoseconds = new AtomicLong();

  void advance(Duration time) {
    nanoseconds.addAndGet(time.toNanos());
  }

  @Override
  public long nanoTime() {
    return nanoseconds.get();
  }

  @Override
  public Instant now() {
    return real.now();
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return real.schedule(delay, task);
  }

  @Override
  public Thread start(String name, Runnable task) {
    return real.start(name, task);
  }

  @Override
  public RandomGenerator random() {
    return real.random();
  }

  @Override
  public void close() {
    real.close();
  }
}
