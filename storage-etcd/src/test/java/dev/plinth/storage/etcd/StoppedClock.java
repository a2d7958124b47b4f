package dev.plinth.storage.etcd;

import dev.plinth.spi.StoreRuntime;
import dev.plinth.tck.ForwardingRuntime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Real threads, and a clock that only the test moves. */
final class StoppedClock extends ForwardingRuntime {
  private final AtomicLong nanoseconds = new AtomicLong();

  StoppedClock() {
    super(StoreRuntime.system());
  }

  void advance(Duration time) {
    nanoseconds.addAndGet(time.toNanos());
  }

  @Override
  public long nanoTime() {
    return nanoseconds.get();
  }
}
