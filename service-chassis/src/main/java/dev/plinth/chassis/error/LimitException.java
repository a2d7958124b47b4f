package dev.plinth.chassis.error;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/** A limit is reached. HTTP 429, gRPC RESOURCE_EXHAUSTED. */
@SuppressWarnings("serial") // carries values that are not serialised
public final class LimitException extends RefusalException {
  private final Optional<Duration> retryAfter;

  /**
   * A limit that waiting alone does not lift.
   *
   * @param message which limit
   */
  public LimitException(String message) {
    this(message, Optional.empty());
  }

  /**
   * A limit.
   *
   * @param message which limit
   * @param retryAfter when to ask again, if waiting helps
   */
  public LimitException(String message, Optional<Duration> retryAfter) {
    super("limit", message);
    this.retryAfter = requireNonNull(retryAfter, "retryAfter");
  }

  /**
   * Returns when to ask again.
   *
   * @return after how long, if waiting helps
   */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }
}
