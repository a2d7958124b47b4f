package dev.plinth.service.gateway.watch;

import java.time.Duration;

/**
 * When watches are told something without a change.
 *
 * <p>Immutable.
 *
 * @param progressInterval how long a watch that asked for it is idle before it is told how far it
 *     is
 */
public record WatchTiming(Duration progressInterval) {
  /** Checks that the interval is positive. */
  public WatchTiming {
    if (progressInterval.isZero() || progressInterval.isNegative()) {
      throw new IllegalArgumentException("the interval must be positive: " + progressInterval);
    }
  }
}
