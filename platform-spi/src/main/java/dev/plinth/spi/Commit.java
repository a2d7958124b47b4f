package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a transaction did.
 *
 * <p>Immutable.
 *
 * @param revision the store's revision after it: a new one if anything changed, else the current
 *     one (G2)
 * @param conditionsHeld whether the "then" operations ran, not the "otherwise" ones
 * @param outcomes one per operation that ran, in order
 * @since 0.1
 */
public record Commit(Revision revision, boolean conditionsHeld, List<Outcome> outcomes)
    implements Outcome {
  /** Copies the list. */
  public Commit {
    requireNonNull(revision, "revision");
    outcomes = List.copyOf(outcomes);
  }

  /**
   * Returns the outcome of a read.
   *
   * @param index the position of the operation
   * @return what it found
   * @throws ClassCastException if the operation there was not a read
   * @throws IndexOutOfBoundsException if there was none
   */
  public Slice read(int index) {
    return (Slice) outcomes.get(index);
  }

  /**
   * Returns the outcome of a put.
   *
   * @param index the position of the operation
   * @return what it did
   * @throws ClassCastException if the operation there was not a put
   * @throws IndexOutOfBoundsException if there was none
   */
  public Outcome.Written put(int index) {
    return (Outcome.Written) outcomes.get(index);
  }

  /**
   * Returns the outcome of a delete.
   *
   * @param index the position of the operation
   * @return what it did
   * @throws ClassCastException if the operation there was not a delete
   * @throws IndexOutOfBoundsException if there was none
   */
  public Outcome.Deleted delete(int index) {
    return (Outcome.Deleted) outcomes.get(index);
  }

  /**
   * Returns the outcome of a nested transaction.
   *
   * @param index the position of the operation
   * @return what it did
   * @throws ClassCastException if the operation there was not a transaction
   * @throws IndexOutOfBoundsException if there was none
   */
  public Commit nested(int index) {
    return (Commit) outcomes.get(index);
  }
}
