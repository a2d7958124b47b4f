package dev.plinth.chassis.error;

import static java.util.Objects.requireNonNull;

/**
 * A use case will not do what was asked, for a reason that its caller should hear. Nothing was
 * changed.
 *
 * <p>The message is written for the caller: it shows no internals.
 */
@SuppressWarnings("serial") // carries values that are not serialised
public abstract sealed class RefusalException extends RuntimeException
    permits ValidationException,
        NotFoundException,
        ConflictException,
        GoneException,
        LimitException,
        UnauthenticatedException,
        UnavailableException {
  private final String code;

  RefusalException(String code, String message) {
    super(requireNonNull(message, "message"));
    this.code = requireNonNull(code, "code");
  }

  /**
   * Returns the reason as a word that never changes, for programs.
   *
   * @return kebab-case, such as {@code not-found}
   */
  public final String code() {
    return code;
  }
}
