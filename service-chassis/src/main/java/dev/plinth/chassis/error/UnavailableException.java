package dev.plinth.chassis.error;

/**
 * This cannot be done now, by no fault of the request; it may work later. HTTP 503, gRPC
 * UNAVAILABLE.
 */
@SuppressWarnings("serial") // never serialised
public final class UnavailableException extends RefusalException {
  /**
   * Says what is not there now.
   *
   * @param message what is missing
   */
  public UnavailableException(String message) {
    super("unavailable", message);
  }
}
