package dev.plinth.chassis.error;

/**
 * What was there is no longer, such as the history after a revision: start again from the present.
 * HTTP 410, gRPC OUT_OF_RANGE.
 */
@SuppressWarnings("serial") // never serialised
public final class GoneException extends RefusalException {
  /**
   * Says what is gone.
   *
   * @param message what is gone, and from where to go on
   */
  public GoneException(String message) {
    super("gone", message);
  }

  /**
   * Says what is gone, in a way that programs tell from others.
   *
   * @param code kebab-case, such as {@code expired}
   * @param message what is gone, and from where to go on
   */
  public GoneException(String code, String message) {
    super(code, message);
  }
}
