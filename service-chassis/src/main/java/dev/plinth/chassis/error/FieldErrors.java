package dev.plinth.chassis.error;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects everything that is wrong with a request, so that it is said at once.
 *
 * <p>One thread at a time.
 */
public final class FieldErrors {
  private final List<FieldError> errors = new ArrayList<>();

  /** Starts with nothing wrong. */
  public FieldErrors() {}

  /**
   * Notes a mistake.
   *
   * @param field where, as in {@link FieldError}
   * @param message what would be right
   */
  public void add(String field, String message) {
    errors.add(new FieldError(field, message));
  }

  /**
   * Says whether nothing is wrong so far.
   *
   * @return whether no mistake was noted
   */
  public boolean isEmpty() {
    return errors.isEmpty();
  }

  /**
   * Says whether something is wrong with a field, so that its value is not judged twice.
   *
   * @param field as given to {@link #add}
   * @return whether a mistake was noted for it
   */
  public boolean has(String field) {
    return errors.stream().anyMatch(error -> error.field().equals(field));
  }

  /**
   * Returns what was noted.
   *
   * @return the mistakes, in the order in which they were found
   */
  public List<FieldError> list() {
    return List.copyOf(errors);
  }

  /**
   * Ends the request if anything is wrong.
   *
   * @throws ValidationException naming everything that was noted
   */
  public void throwIfAny() {
    if (!errors.isEmpty()) {
      throw new ValidationException(errors);
    }
  }
}
