package dev.plinth.chassis.error;

import static java.util.Objects.requireNonNull;

/**
 * What is wrong with one field of a request.
 *
 * <p>Immutable.
 *
 * @param field where: a path such as {@code tasks[0].name}, a parameter, or empty for the whole
 * @param message what would be right
 */
public record FieldError(String field, String message) {
  /** Checks that nothing is null. */
  public FieldError {
    requireNonNull(field, "field");
    requireNonNull(message, "message");
  }
}
