package dev.plinth.spi;

import org.jspecify.annotations.Nullable;

/**
 * The data behind the store is not the data that was there before: it was lost or replaced (G40).
 * What was read earlier is void. A write that ends so was not applied to the old data, but may have
 * been to the new: that may be how the loss was noticed.
 *
 * @since 0.1
 */
@SuppressWarnings("serial") // never serialised
public final class IncarnationLostException extends StoreException {
  /**
   * An error without a cause.
   *
   * @param message what was attempted, on what, what happened
   */
  public IncarnationLostException(String message) {
    super(message, null);
  }

  /**
   * An error with its cause.
   *
   * @param message what was attempted, on what, what happened
   * @param cause what the driver said, if anything
   */
  public IncarnationLostException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
