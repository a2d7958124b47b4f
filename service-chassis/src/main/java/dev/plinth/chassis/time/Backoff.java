package dev.plinth.chassis.time;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after the first, second, third failure in a row: longer each time, with jitter,
 * so that many who failed together do not return together.
 *
 * <p>Immutable.
 *
 * @param first the longest wait after the first failure
 * @param longest the longest wait ever
 */
public record Backoff(Duration first, Duration longest) {
  private static final int MOST_DOUBLINGS = 30;

  /** Checks that both are positive and in order. */
  public Backoff {
    requireNonNull(first, "first");
    requireNonNull(longest, "longest");
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "a backoff needs 0 < first <= longest, not " + first + " and " + longest);
    }
  }

  /**
   * Returns the next wait.
   *
   * @param failures how many there were in a row, at least one
   * @param random where the jitter comes from
   * @return between half and all of {@code first} doubled {@code failures - 1} times, at most
   *     {@code longest}
   */
  public Duration after(int failures, RandomGenerator random) {
    if (failures < 1) {
      throw new IllegalArgumentException("there is nothing to wait for after " + failures);
    }
    double nanos = (double) first.toNanos() * Math.pow(2, Math.min(failures - 1, MOST_DOUBLINGS));
    double capped = Math.min(nanos, (double) longest.toNanos());
    return Duration.ofNanos((long) (capped * (0.5 + random.nextDouble() / 2)));
  }
}
