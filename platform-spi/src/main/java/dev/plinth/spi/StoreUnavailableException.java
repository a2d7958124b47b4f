package dev.plinth.spi;

import org.jspecify.annotations.Nullable;

/**
 * The store cannot be reached or cannot serve now; certainly nothing was applied (G38). Never to be
 * taken for "empty".
 *
 * @since 0.1
 */
@SuppressWarnings("serial") // never serialised
public final class StoreUnavailableException extends StoreException {
  /**
   * An error without a cause.
   *
   * @param message what was attempted, on what, what happened
   */
  public StoreUnavailableException(String message) {
    super(message, null);
  }

  /**
   * An error with its cause.
   *
   * @param message what was attempted, on what, what happened
   * @param cause what the driver said, if anything
   */
  public StoreUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
