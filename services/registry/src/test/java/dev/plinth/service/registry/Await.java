package dev.plinth.service.registry;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what happens on other threads. */
final class Await {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration STEP = Duration.ofMillis(2);

  private Await() {}

  /** Waits until something holds; fails with what is there instead, if it does not for long. */
  static void until(BooleanSupplier condition, Supplier<String> instead) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + PATIENCE + ", but:\n" + instead.get());
      }
      LockSupport.parkNanos(STEP.toNanos());
    }
  }
}
