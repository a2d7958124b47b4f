package dev.plinth.chassis.error;

/** The caller did not show who it is. HTTP 401, gRPC UNAUTHENTICATED. */
@SuppressWarnings("serial") // never serialised
public final class UnauthenticatedException extends RefusalException {
  /**
   * Says what is missing.
   *
   * @param message what to show, never what was shown
   */
  public UnauthenticatedException(String message) {
    super("unauthenticated", message);
  }
}
