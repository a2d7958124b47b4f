package dev.plinth.tck;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Waits for a condition, and fails when it does not come in time.
 *
 * <p>Immutable.
 *
 * @param patience how long, in real time
 * @since 0.1
 */
public record Await(Duration patience) {
  private static final long PAUSE_NANOS = 1_000_000;

  /**
   * Returns what waits as long as a fixture has patience.
   *
   * @param fixture whose patience
   * @return what waits
   */
  public static Await of(StoreFixture fixture) {
    return new Await(fixture.patience());
  }

  /**
   * Waits until something holds.
   *
   * @param what for the failure: "the key is gone"
   * @param condition asked again and again; an exception that leaves it ends the wait
   */
  public void until(String what, BooleanSupplier condition) {
    boolean unused =
        value(what, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }

  /**
   * Waits until there is something.
   *
   * @param <T> what it is
   * @param what for the failure: "a leader"
   * @param source asked again and again; an exception that leaves it ends the wait
   * @return what it gave
   */
  public <T> T value(String what, Supplier<Optional<T>> source) {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      Optional<T> value = source.get();
      if (value.isPresent()) {
        return value.get();
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + patience + ": " + what);
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new AssertionError("interrupted while waiting: " + what);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /**
   * Waits while moving time, for what happens in steps that each need a little of it.
   *
   * @param what for the failure
   * @param fixture whose time moves
   * @param store whose time moves
   * @param step how far each time
   * @param condition asked before each step
   */
  public void advancing(
      String what,
      StoreFixture fixture,
      dev.plinth.spi.Store store,
      Duration step,
      BooleanSupplier condition) {
    until(
        what,
        () -> {
          if (condition.getAsBoolean()) {
            return true;
          }
          fixture.advance(store, step);
          return false;
        });
  }
}
