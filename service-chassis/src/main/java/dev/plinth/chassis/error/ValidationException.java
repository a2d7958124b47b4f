package dev.plinth.chassis.error;

import java.util.List;
import java.util.stream.Collectors;

/** The request itself is wrong; asking again will not help. HTTP 400, gRPC INVALID_ARGUMENT. */
@SuppressWarnings("serial") // carries values that are not serialised
public final class ValidationException extends RefusalException {
  private final List<FieldError> errors;

  /**
   * Names everything that is wrong.
   *
   * @param errors at least one
   */
  public ValidationException(List<FieldError> errors) {
    super("invalid", text(errors));
    this.errors = List.copyOf(errors);
  }

  /**
   * Names the one thing that is wrong.
   *
   * @param field where, as in {@link FieldError}
   * @param message what would be right
   */
  public ValidationException(String field, String message) {
    this(List.of(new FieldError(field, message)));
  }

  /**
   * Returns what is wrong.
   *
   * @return at least one mistake
   */
  public List<FieldError> errors() {
    return errors;
  }

  private static String text(List<FieldError> errors) {
    return errors.stream()
        .map(error ->
            error.field().isEmpty() ? error.message() : error.field() + ": " + error.message())
        .collect(Collectors.joining("; "));
  }
}
