package dev.plinth.chassis.time;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.StoreRuntime;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Waits in the time of a runtime, so that tests move it.
 *
 * <p>Immutable, thread-safe.
 */
public final class Pause {
  private final StoreRuntime runtime;

  @Inject
  Pause(StoreRuntime runtime) {
    this.runtime = requireNonNull(runtime, "runtime");
  }

  /**
   * Returns the pauses of a runtime.
   *
   * @param runtime whose time passes
   * @return its pauses
   */
  public static Pause in(StoreRuntime runtime) {
    return new Pause(runtime);
  }

  /**
   * Waits.
   *
   * @param duration how long; zero or less returns soon
   * @throws InterruptedException if interrupted while waiting
   */
  public void of(Duration duration) throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    StoreRuntime.Scheduled due = runtime.schedule(duration, over::countDown);
    try {
      over.await();
    } finally {
      due.cancel();
    }
  }
}
