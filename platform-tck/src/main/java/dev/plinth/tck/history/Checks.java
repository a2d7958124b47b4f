package dev.plinth.tck.history;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds what in a history breaks the store contract.
 *
 * <p>Linear in the length of the history but for few exceptions: since each write states its
 * revision, writes are replayed in that order, and only those with an unknown outcome are searched
 * for.
 *
 * @since 0.1
 */
public final class Checks {
  private Checks() {}

  /**
   * Runs every checker.
   *
   * @param history recorded by a {@link Workload}
   * @return what they found; empty if the history is one that the contract allows
   */
  public static List<Violation> run(History history) {
    return run(history, Tolerance.NONE);
  }

  /** What a server is known to do wrong and is not held against a store. */
  public enum Tolerance {
    /** Nothing. */
    NONE,
    /** Deletes at the revision that a watch starts from may be lost, if that was compacted. */
    DELETES_AT_COMPACTED_START,
    /**
     * A renewal may be undone by a leader that was replaced: one that is acknowledged when the
     * lease's time was over already, by the end that the old leader had decided on; and one that
     * its successor acknowledged while it was stopped, when it goes on and the lease's time is over
     * by what it knows.
     */
    RENEWALS_UNDONE_BY_OLD_LEADERS
  }

  /**
   * Runs every checker.
   *
   * @param history recorded by a {@link Workload}
   * @param tolerance what is no violation
   * @return what they found; empty if the history is one that the contract allows
   */
  public static List<Violation> run(History history, Tolerance tolerance) {
    Replay replay = Replay.of(history);
    List<Violation> violations = new ArrayList<>(replay.violations());
    violations.addAll(OrderChecks.run(history, replay));
    violations.addAll(WatchChecks.run(history, replay, tolerance));
    violations.addAll(UndoChecks.run(history, replay));
    violations.addAll(LeaseChecks.run(history, replay, tolerance));
    violations.addAll(ElectionChecks.run(history, replay));
    violations.addAll(HonestyChecks.run(history));
    violations.addAll(LivenessChecks.run(history));
    violations.addAll(AssumptionChecks.run(history));
    return List.copyOf(violations);
  }
}
