package dev.plinth.chassis.error;

/** What was asked for does not exist. HTTP 404, gRPC NOT_FOUND. */
@SuppressWarnings("serial") // never serialised
public final class NotFoundException extends RefusalException {
  /**
   * Says what is missing.
   *
   * @param message such as {@code job 'a' does not exist}
   */
  public NotFoundException(String message) {
    super("not-found", message);
  }
}
