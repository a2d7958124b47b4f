package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

/**
 * What must hold for the "then" operations of a transaction to run (G5, G11).
 *
 * <p>Immutable. A condition over a range holds if every key in it satisfies it; an empty range
 * behaves like one missing key. A missing key has version, revisions and lease 0, and a condition
 * on its value never holds, {@link Relation#NOT_EQUAL} included. All conditions, nested ones too,
 * look at the state before the transaction.
 *
 * @since 0.1
 */
public sealed interface Condition {
  /**
   * Returns which keys are compared.
   *
   * @return one key or a range
   */
  KeyRange range();

  /**
   * Returns how they are compared.
   *
   * @return the relation of what is stored to the operand
   */
  Relation relation();

  /**
   * Says whether an entry satisfies the condition.
   *
   * @param entry a key that exists
   * @return whether it does
   */
  boolean holdsFor(Entry entry);

  /**
   * Says whether a missing key satisfies the condition.
   *
   * @return whether it does
   */
  boolean holdsForMissing();

  /**
   * Returns the condition that a key does not exist.
   *
   * @param key which
   * @return the condition
   */
  static Condition absent(Key key) {
    return new Version(KeyRange.single(key), Relation.EQUAL, 0);
  }

  /**
   * Returns the condition that a key exists.
   *
   * @param key which
   * @return the condition
   */
  static Condition exists(Key key) {
    return new Version(KeyRange.single(key), Relation.GREATER, 0);
  }

  /**
   * Returns the condition that a key is still the version that was read.
   *
   * @param entry that version
   * @return the condition
   */
  static Condition unchanged(Entry entry) {
    return new Modified(KeyRange.single(entry.key()), Relation.EQUAL, entry.modified());
  }

  /**
   * Returns the condition that no key of a range was put after a revision. It does not notice
   * deletions.
   *
   * @param range which keys
   * @param revision the last one allowed
   * @return the condition
   */
  static Condition noneModifiedAfter(KeyRange range, Revision revision) {
    return new Modified(range, Relation.LESS, revision.next());
  }

  /**
   * Compares the value, as unsigned bytes.
   *
   * @param range which keys
   * @param relation how
   * @param operand to what
   */
  record Value(KeyRange range, Relation relation, Bytes operand) implements Condition {
    /** Checks that nothing is null. */
    public Value {
      requireNonNull(range, "range");
      requireNonNull(relation, "relation");
      requireNonNull(operand, "operand");
    }

    @Override
    public boolean holdsFor(Entry entry) {
      return relation.holds(entry.value().compareTo(operand));
    }

    @Override
    public boolean holdsForMissing() {
      return false;
    }
  }

  /**
   * Compares the version number.
   *
   * @param range which keys
   * @param relation how
   * @param operand to what
   */
  record Version(KeyRange range, Relation relation, long operand) implements Condition {
    /** Checks that nothing is null. */
    public Version {
      requireNonNull(range, "range");
      requireNonNull(relation, "relation");
    }

    @Override
    public boolean holdsFor(Entry entry) {
      return relation.holds(Long.compare(entry.version(), operand));
    }

    @Override
    public boolean holdsForMissing() {
      return relation.holds(Long.compare(0, operand));
    }
  }

  /**
   * Compares the revision of creation.
   *
   * @param range which keys
   * @param relation how
   * @param operand to what
   */
  record Created(KeyRange range, Relation relation, Revision operand) implements Condition {
    /** Checks that nothing is null. */
    public Created {
      requireNonNull(range, "range");
      requireNonNull(relation, "relation");
      requireNonNull(operand, "operand");
    }

    @Override
    public boolean holdsFor(Entry entry) {
      return relation.holds(entry.created().compareTo(operand));
    }

    @Override
    public boolean holdsForMissing() {
      return relation.holds(Revision.ZERO.compareTo(operand));
    }
  }

  /**
   * Compares the revision of the last put.
   *
   * @param range which keys
   * @param relation how
   * @param operand to what
   */
  record Modified(KeyRange range, Relation relation, Revision operand) implements Condition {
    /** Checks that nothing is null. */
    public Modified {
      requireNonNull(range, "range");
      requireNonNull(relation, "relation");
      requireNonNull(operand, "operand");
    }

    @Override
    public boolean holdsFor(Entry entry) {
      return relation.holds(entry.modified().compareTo(operand));
    }

    @Override
    public boolean holdsForMissing() {
      return relation.holds(Revision.ZERO.compareTo(operand));
    }
  }

  /**
   * Compares the lease by its number.
   *
   * @param range which keys
   * @param relation how
   * @param operand to what; {@link LeaseId#NONE} for "no lease"
   */
  record Lease(KeyRange range, Relation relation, LeaseId operand) implements Condition {
    /** Checks that nothing is null. */
    public Lease {
      requireNonNull(range, "range");
      requireNonNull(relation, "relation");
      requireNonNull(operand, "operand");
    }

    @Override
    public boolean holdsFor(Entry entry) {
      return relation.holds(entry.lease().orElse(LeaseId.NONE).compareTo(operand));
    }

    @Override
    public boolean holdsForMissing() {
      return relation.holds(LeaseId.NONE.compareTo(operand));
    }
  }
}
