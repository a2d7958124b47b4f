package dev.plinth.spi;

import java.util.ArrayList;
import java.util.List;

/**
 * Conditions, and what to do when all of them hold or when one does not: applied wholly or not at
 * all (G4).
 *
 * <p>Immutable. Operations run in order and see what earlier ones did (G5); all changes share one
 * revision. Two puts of one key, or a put beside a delete that covers it, on one path are refused.
 * May be nested.
 *
 * <pre>{@code
 * Commit commit = store.keyValues().commit(
 *     Transaction.when(Condition.absent(key)).then(Put.of(key, value)).otherwise(Read.of(key)));
 * }</pre>
 *
 * @param conditions none means that they hold
 * @param then runs when all conditions hold
 * @param otherwise runs when one does not
 * @since 0.1
 */
public record Transaction(
    List<Condition> conditions, List<Operation> then, List<Operation> otherwise)
    implements Operation {
  /** Copies the lists. */
  public Transaction {
    conditions = List.copyOf(conditions);
    then = List.copyOf(then);
    otherwise = List.copyOf(otherwise);
  }

  /**
   * Returns a transaction without conditions.
   *
   * @param operations what it does
   * @return the transaction
   */
  public static Transaction of(Operation... operations) {
    return new Transaction(List.of(), List.of(operations), List.of());
  }

  /**
   * Begins a transaction with its conditions.
   *
   * @param conditions all of which must hold
   * @return a transaction that does nothing yet
   */
  public static Transaction when(Condition... conditions) {
    return new Transaction(List.of(conditions), List.of(), List.of());
  }

  /**
   * Adds conditions.
   *
   * @param more which must hold as well
   * @return a transaction with them behind its own
   */
  public Transaction and(Condition... more) {
    List<Condition> all = new ArrayList<>(conditions);
    all.addAll(List.of(more));
    return new Transaction(all, then, otherwise);
  }

  /**
   * Adds operations for the case that the conditions hold.
   *
   * @param operations run in order
   * @return a transaction with them behind its own
   */
  public Transaction then(Operation... operations) {
    List<Operation> all = new ArrayList<>(then);
    all.addAll(List.of(operations));
    return new Transaction(conditions, all, otherwise);
  }

  /**
   * Adds operations for the case that a condition does not hold.
   *
   * @param operations run in order
   * @return a transaction with them behind its own
   */
  public Transaction otherwise(Operation... operations) {
    List<Operation> all = new ArrayList<>(otherwise);
    all.addAll(List.of(operations));
    return new Transaction(conditions, then, all);
  }
}
