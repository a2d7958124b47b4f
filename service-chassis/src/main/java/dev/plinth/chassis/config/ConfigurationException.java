package dev.plinth.chassis.config;

/** The configuration cannot be read, or its sources disagree. One line for a person. */
@SuppressWarnings("serial") // never serialised
public final class ConfigurationException extends RuntimeException {
  /**
   * A mistake.
   *
   * @param message where and what, such as {@code plinth.yaml:12: ...}
   */
  public ConfigurationException(String message) {
    super(message);
  }

  /**
   * A mistake with its cause.
   *
   * @param message where and what
   * @param cause what happened
   */
  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
