package dev.plinth.spi;

import org.jspecify.annotations.Nullable;

/**
 * A store did not do what was asked. The type says what that means for the data; types and texts
 * are the same on all stores (G43), a driver's own text is in the cause.
 *
 * @since 0.1
 */
@SuppressWarnings("serial") // carries values that are not serialised
public abstract sealed class StoreException extends RuntimeException
    permits RequestRefusedException,
        StoreUnavailableException,
        OutcomeUnknownException,
        LeaseLostException,
        HistoryLostException,
        IncarnationLostException,
        HandleClosedException {

  StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
