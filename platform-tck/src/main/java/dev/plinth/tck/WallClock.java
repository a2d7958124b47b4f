package dev.plinth.tck;

import java.time.Duration;

/**
 * The wall clock that a store sees.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface WallClock {
  /**
   * Steps the clock, and only the clock: no time passes.
   *
   * @param by forwards or backwards
   */
  void step(Duration by);
}
