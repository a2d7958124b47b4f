package dev.plinth.spi;

import org.jspecify.annotations.Nullable;

/**
 * No answer came in time: the request may have been applied, or may still be. Never repeated inside
 * (G39); read back before trying again.
 *
 * @since 0.1
 */
@SuppressWarnings("serial") // never serialised
public final class OutcomeUnknownException extends StoreException {
  /**
   * An error without a cause.
   *
   * @param message what was attempted, on what, what happened
   */
  public OutcomeUnknownException(String message) {
    super(message, null);
  }

  /**
   * An error with its cause.
   *
   * @param message what was attempted, on what, what happened
   * @param cause what the driver said, if anything
   */
  public OutcomeUnknownException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
