package dev.plinth.spi.election;

import dev.plinth.spi.StoreRuntime;
import java.time.Duration;

/**
 * When waiting ends, by a runtime's clock.
 *
 * <p>Immutable.
 *
 * @param runtime whose clock
 * @param nanos the time on it
 */
record Deadline(StoreRuntime runtime, long nanos) {
  /** Longer waits are as good as this one, and do not overflow the clock. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  static Deadline after(StoreRuntime runtime, Duration timeout) {
    Duration bounded = timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
    return new Deadline(
        runtime, runtime.nanoTime() + (bounded.isNegative() ? 0 : bounded.toNanos()));
  }

  static Deadline never(StoreRuntime runtime) {
    return after(runtime, LONGEST);
  }

  boolean isPast() {
    return left().isZero();
  }

  /** Wakes at the deadline; to be cancelled when the waiting is over. */
  StoreRuntime.Scheduled wake(Wakeup wakeup) {
    return runtime.schedule(left(), wakeup::signal);
  }

  private Duration left() {
    return Duration.ofNanos(Math.max(0, nanos - runtime.nanoTime()));
  }
}
