package dev.plinth.chassis.error;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What was asked does not fit what is there now, or somebody else was faster. HTTP 409, gRPC
 * ABORTED.
 */
@SuppressWarnings("serial") // carries values that are not serialised
public final class ConflictException extends RefusalException {
  private final Optional<String> current;

  /**
   * A conflict without a version.
   *
   * @param message what does not fit
   */
  public ConflictException(String message) {
    this("conflict", message, Optional.empty());
  }

  /**
   * A conflict with what is there now.
   *
   * @param message what does not fit
   * @param current the version that is there now, as the API writes versions
   */
  public ConflictException(String message, String current) {
    this("conflict", message, Optional.of(current));
  }

  /**
   * A conflict that programs tell from others.
   *
   * @param code kebab-case, such as {@code already-exists}
   * @param message what does not fit
   * @param current the version that is there now, if there is one to name
   */
  public ConflictException(String code, String message, Optional<String> current) {
    super(code, message);
    this.current = requireNonNull(current, "current");
  }

  /**
   * Returns the version that is there now.
   *
   * @return the version, if there is one to name
   */
  public Optional<String> current() {
    return current;
  }
}
