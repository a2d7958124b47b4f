package dev.plinth.chassis.lifecycle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long the parts of a service may take.
 *
 * <p>Immutable.
 *
 * @param startDeadline for one part to start
 * @param drainGrace for requests that are under way when the service stops
 * @param stopDeadline for one part to stop; more than the grace
 */
public record LifecycleTiming(Duration startDeadline, Duration drainGrace, Duration stopDeadline) {
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration AFTER_GRACE = Duration.ofSeconds(5);

  /** Checks that nothing is null. */
  public LifecycleTiming {
    requireNonNull(startDeadline, "startDeadline");
    requireNonNull(drainGrace, "drainGrace");
    requireNonNull(stopDeadline, "stopDeadline");
  }

  /**
   * Returns the usual deadlines around a grace.
   *
   * @param drainGrace for requests that are under way when the service stops
   * @return 30 s to start, the grace and 5 s to stop
   */
  public static LifecycleTiming withGrace(Duration drainGrace) {
    return new LifecycleTiming(START, drainGrace, drainGrace.plus(AFTER_GRACE));
  }
}
