package dev.plinth.tck.history;

/**
 * Something in a history that the contract does not allow.
 *
 * <p>Immutable.
 *
 * @param checker who found it
 * @param text what it is, with revisions and calls
 * @since 0.1
 */
public record Violation(Checker checker, String text) {
  /** The checkers, each with its subject. */
  public enum Checker {
    /**
     * Writes in the order of revisions, replayed on a model, agree with every answer (G1 to G11).
     */
    REVISION_ORDER,
    /** Watches deliver the history: ordered, unique, whole, reliable (G24 to G34). */
    WATCHES,
    /** Nothing that was shown is missing from the final history (G8). */
    NO_UNDO,
    /** Leases end neither early nor late, and never come back (G17 to G20). */
    LEASES,
    /**
     * Terms do not overlap, tokens rise, and guarded writes are of the term that holds (G45 to
     * G47).
     */
    ELECTIONS,
    /** Serialisable reads show states that existed, and never go back (G7). */
    SERIALIZABLE_READS,
    /** Refused is absent, acknowledged is present, unknown is there once at most (G38, G39). */
    HONESTY,
    /** After a disturbance every client is served again, and watches catch up (G35). */
    LIVENESS,
    /** The history is one that the other checkers can judge. */
    ASSUMPTIONS
  }
}
