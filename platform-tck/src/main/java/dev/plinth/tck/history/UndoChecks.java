package dev.plinth.tck.history;

import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Slice;
import dev.plinth.tck.history.Violation.Checker;
import java.util.ArrayList;
import java.util.List;

/** Whatever anybody was shown must be in the history that remained. */
final class UndoChecks {
  private final Replay replay;
  private final List<Violation> violations = new ArrayList<>();

  private UndoChecks(Replay replay) {
    this.replay = replay;
  }

  static List<Violation> run(History history, Replay replay) {
    UndoChecks checks = new UndoChecks(replay);
    for (Call call : history.calls()) {
      if (call.answer() instanceof Call.Answer.Found found) {
        checks.check(found.slice(), call.toString());
      } else if (call.answer() instanceof Call.Answer.Committed committed) {
        checks.check(committed.commit(), call.toString());
      }
    }
    for (WatchLog log : history.watches()) {
      for (WatchLog.Delivery delivery : log.deliveries()) {
        for (Change change : delivery.batch().changes()) {
          if (change.kind() == Change.Kind.PUT) {
            checks.check(change.entry(), "a watch");
          }
          change.previous().ifPresent(entry -> checks.check(entry, "a watch"));
        }
      }
    }
    return checks.violations;
  }

  private void check(Outcome outcome, String where) {
    switch (outcome) {
      case Slice slice -> slice.entries().forEach(entry -> check(entry, where));
      case Outcome.Written written -> written.previous().ifPresent(e -> check(e, where));
      case Outcome.Deleted deleted -> deleted.previous().forEach(entry -> check(entry, where));
      case Commit commit -> commit.outcomes().forEach(inner -> check(inner, where));
    }
  }

  private void check(Entry shown, String where) {
    boolean remained =
        replay.changesAt(shown.modified().value()).stream()
            .anyMatch(change -> change.entry().equals(shown));
    if (!remained) {
      violations.add(
          new Violation(
              Checker.NO_UNDO, shown + " is not in the history, but was shown: " + where));
    }
  }
}
