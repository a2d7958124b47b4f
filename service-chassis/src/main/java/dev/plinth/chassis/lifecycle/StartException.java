package dev.plinth.chassis.lifecycle;

/** A part cannot start; the message tells a person what to change. */
@SuppressWarnings("serial") // never serialised
public final class StartException extends RuntimeException {
  /**
   * A failure that needs no cause.
   *
   * @param message what could not start, and why
   */
  public StartException(String message) {
    super(message);
  }

  /**
   * A failure with its cause.
   *
   * @param message what could not start, and why
   * @param cause what happened
   */
  public StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
