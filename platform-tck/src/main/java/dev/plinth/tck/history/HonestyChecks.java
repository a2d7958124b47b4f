package dev.plinth.tck.history;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Transaction;
import dev.plinth.tck.history.Violation.Checker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What calls said about their effect, against what was observed: refused is absent, acknowledged is
 * present where it was stated, unknown is there once at most. Every value is written by one put.
 */
final class HonestyChecks {
  private final Map<Bytes, List<Long>> seenAt = new HashMap<>();
  private final List<Violation> violations = new ArrayList<>();

  private HonestyChecks(History history) {
    for (WatchLog.Delivery delivery : history.observer().deliveries()) {
      for (Change change : delivery.batch().changes()) {
        if (change.kind() == Change.Kind.PUT) {
          seenAt
              .computeIfAbsent(change.entry().value(), value -> new ArrayList<>())
              .add(change.revision().value());
        }
      }
    }
  }

  static List<Violation> run(History history) {
    HonestyChecks checks = new HonestyChecks(history);
    for (Call call : history.calls()) {
      if (call.request() instanceof Call.Request.Committing committing) {
        switch (call.answer()) {
          case Call.Answer.Committed committed ->
              checks.checkDone(committing.transaction(), committed.commit(), call);
          case Call.Answer.Failed failed ->
              checks.checkFailed(committing.transaction(), call, call.isUnknown() ? 1 : 0);
          case Call.Answer.Found found -> throw new IllegalStateException(call.toString());
          case Call.Answer.At at -> throw new IllegalStateException(call.toString());
          case Call.Answer.Leased leased -> throw new IllegalStateException(call.toString());
        }
      }
    }
    return checks.violations;
  }

  private void checkDone(Transaction transaction, Commit commit, Call call) {
    List<Operation> done = commit.conditionsHeld() ? transaction.then() : transaction.otherwise();
    List<Operation> left = commit.conditionsHeld() ? transaction.otherwise() : transaction.then();
    checkFailed(new Transaction(List.of(), left, List.of()), call, 0);
    if (commit.outcomes().size() != done.size()) {
      violated("answered " + commit.outcomes().size() + " of " + done.size() + " parts: " + call);
      return;
    }
    for (int i = 0; i < done.size(); i++) {
      if (done.get(i) instanceof Put put && put.value().isPresent()) {
        List<Long> seen = seenAt.getOrDefault(put.value().get(), List.of());
        if (!seen.equals(List.of(commit.put(i).revision().value()))) {
          violated("acknowledged, but seen at " + seen + ": " + call);
        }
      } else if (done.get(i) instanceof Transaction nested) {
        checkDone(nested, commit.nested(i), call);
      }
    }
  }

  private void checkFailed(Transaction transaction, Call call, int allowed) {
    List<Operation> all = new ArrayList<>(transaction.then());
    all.addAll(transaction.otherwise());
    for (Operation operation : all) {
      if (operation instanceof Put put && put.value().isPresent()) {
        List<Long> seen = seenAt.getOrDefault(put.value().get(), List.of());
        if (seen.size() > allowed) {
          violated("not acknowledged, but seen at " + seen + ": " + call);
        }
      } else if (operation instanceof Transaction nested) {
        checkFailed(nested, call, allowed);
      }
    }
  }

  private void violated(String text) {
    violations.add(new Violation(Checker.HONESTY, text));
  }
}
