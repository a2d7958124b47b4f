package dev.plinth.tck.history;

import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.WatchBatch;
import dev.plinth.tck.history.Violation.Checker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Each watch against the changes of the replayed history. */
final class WatchChecks {
  private final Replay replay;
  private final long compactions;
  private final Checks.Tolerance tolerance;
  private final List<Violation> violations = new ArrayList<>();

  private WatchChecks(Replay replay, long compactions, Checks.Tolerance tolerance) {
    this.replay = replay;
    this.compactions = compactions;
    this.tolerance = tolerance;
  }

  static List<Violation> run(History history, Replay replay, Checks.Tolerance tolerance) {
    long compacted = 0;
    for (Call call : history.calls()) {
      if (call.request() instanceof Call.Request.Compacting compacting && call.mayHaveCompacted()) {
        compacted = Math.max(compacted, compacting.revision().value());
      }
    }
    WatchChecks checks = new WatchChecks(replay, compacted, tolerance);
    history.watches().forEach(checks::check);
    return checks.violations;
  }

  private void check(WatchLog log) {
    long position = log.first().value() - 1;
    for (WatchLog.Delivery delivery : log.deliveries()) {
      WatchBatch batch = delivery.batch();
      long revision = batch.revision().value();
      if (revision < position || (revision == position && !batch.isProgress())) {
        if (batch.isProgress() && revision < log.first().value()) {
          continue;
        }
        violated(log, "went back from " + position + " with " + batch);
        return;
      }
      List<Change> expected = expected(log, position, revision);
      if (!agrees(log, batch.changes(), expected)
          && !agrees(log, batch.changes(), withoutWhatMayLack(log, expected))) {
        violated(log, "after " + position + " delivered " + batch + ", not " + expected);
        return;
      }
      position = revision;
    }
    if (log.end().isPresent()) {
      checkEnd(log, position);
    } else if (log.target().isPresent()
        && !withoutWhatMayLack(log, expected(log, position, log.target().get().value()))
            .isEmpty()) {
      violated(log, "stopped at " + position);
    }
  }

  private void checkEnd(WatchLog log, long position) {
    if (log.end().orElseThrow() instanceof HistoryLostException lost) {
      if (lost.compacted().value() <= position + 1 || lost.compacted().value() > compactions) {
        violated(log, "at " + position + " lost what nobody compacted: " + lost.getMessage());
      }
    } else {
      violated(log, "ended with " + log.end().get());
    }
  }

  private List<Change> expected(WatchLog log, long after, long upTo) {
    List<Change> expected = new ArrayList<>();
    for (long revision = after + 1; revision <= upTo; revision++) {
      for (Change change : replay.changesAt(revision)) {
        if (log.options().range().contains(change.key())
            && log.options().kinds().contains(change.kind())) {
          expected.add(change);
        }
      }
    }
    return expected;
  }

  private List<Change> withoutWhatMayLack(WatchLog log, List<Change> expected) {
    if (tolerance == Checks.Tolerance.NONE || log.first().value() > compactions) {
      return expected;
    }
    return expected.stream()
        .filter(
            change -> change.kind() != Change.Kind.DELETE || !change.revision().equals(log.first()))
        .toList();
  }

  private boolean agrees(WatchLog log, List<Change> delivered, List<Change> expected) {
    if (!Replay.sameChanges(delivered, expected)) {
      return false;
    }
    for (int i = 0; i < delivered.size(); i++) {
      Optional<Entry> previous = delivered.get(i).previous();
      if (previous.isPresent() && !log.options().previousValues()) {
        return false;
      }
      boolean mayLack = compactions >= delivered.get(i).revision().value();
      if (log.options().previousValues()
          && !previous.equals(expected.get(i).previous())
          && !(previous.isEmpty() && mayLack)) {
        return false;
      }
    }
    return true;
  }

  private void violated(WatchLog log, String text) {
    violations.add(new Violation(Checker.WATCHES, log.options() + " " + text));
  }
}
