package dev.plinth.chassis.testing;

import dev.plinth.spi.StoreRuntime;
import dev.plinth.tck.ForwardingRuntime;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The time of a service under test: virtual on the memory store, so that a test moves it; real on a
 * store with servers of its own, whose clocks nobody moves. There {@link #advance} waits.
 *
 * <p>Thread-safe.
 */
public final class TestRuntime extends ForwardingRuntime {
  /** A test that waits longer for real, in all, would rather be one for virtual time. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

  private final AtomicLong waitedNanos = new AtomicLong();
  private final Optional<VirtualRuntime> moved;

  private TestRuntime(Optional<VirtualRuntime> moved, StoreRuntime runtime) {
    super(runtime);
    this.moved = moved;
  }

  /** Returns the time that goes with the store that the tests run on. */
  public static TestRuntime create() {
    if (Stores.areReal()) {
      return new TestRuntime(Optional.empty(), StoreRuntime.system());
    }
    VirtualRuntime virtual = new VirtualRuntime();
    return new TestRuntime(Optional.of(virtual), virtual);
  }

  /** Says whether time passes by itself. */
  public boolean isReal() {
    return moved.isEmpty();
  }

  /**
   * Moves time, or lets it pass.
   *
   * @param by how far; 15 s at most where time is real, over all calls
   */
  public void advance(Duration by) {
    if (moved.isPresent()) {
      moved.get().advance(by);
      return;
    }
    if (waitedNanos.addAndGet(by.toNanos()) > LONGEST_WAIT.toNanos()) {
      throw new AssertionError(by + " more of real time: such a test is one for virtual time");
    }
    CountDownLatch over = new CountDownLatch(1);
    schedule(by, over::countDown);
    try {
      over.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Steps the wall clock alone; only where time is virtual. */
  public void stepWallClock(Duration by) {
    moved
        .orElseThrow(() -> new AssertionError("only virtual time has a clock to step"))
        .stepWallClock(by);
  }
}
