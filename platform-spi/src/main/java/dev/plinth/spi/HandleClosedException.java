package dev.plinth.spi;

import org.jspecify.annotations.Nullable;

/**
 * The store, watch, session or other handle was closed (G42).
 *
 * @since 0.1
 */
@SuppressWarnings("serial") // never serialised
public final class HandleClosedException extends StoreException {
  /**
   * An error without a cause.
   *
   * @param message what was attempted, on what, what happened
   */
  public HandleClosedException(String message) {
    super(message, null);
  }

  /**
   * An error with its cause.
   *
   * @param message what was attempted, on what, what happened
   * @param cause what the driver said, if anything
   */
  public HandleClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
