package dev.plinth.tck.history;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Transaction;
import dev.plinth.tck.history.Violation.Checker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether a history is one that a clean result of the other checkers means something for. */
final class AssumptionChecks {
  private final List<Violation> violations = new ArrayList<>();

  private AssumptionChecks() {}

  static List<Violation> run(History history) {
    AssumptionChecks checks = new AssumptionChecks();
    List<Call> calls = history.calls();
    checks.checkClients(calls);
    checks.checkValues(calls);
    checks.checkThroughput(history, calls);
    return checks.violations;
  }

  /** One call under way for each client, and clocks that do not go back. */
  private void checkClients(List<Call> calls) {
    Map<Integer, Call> last = new HashMap<>();
    for (Call call : calls) {
      if (call.invoked() >= call.returned() || call.timeInvoked() > call.timeReturned()) {
        violated("time went back during " + call);
      }
      Call before = last.put(call.client(), call);
      if (before != null && !before.precedes(call)) {
        violated("two calls of one client at once: " + before + " and " + call);
      }
    }
  }

  private void checkValues(List<Call> calls) {
    Set<Bytes> written = new HashSet<>();
    for (Call call : calls) {
      if (call.request() instanceof Call.Request.Committing committing) {
        checkValues(committing.transaction(), written);
      }
    }
  }

  private void checkValues(Transaction transaction, Set<Bytes> written) {
    List<Operation> operations = new ArrayList<>(transaction.then());
    operations.addAll(transaction.otherwise());
    for (Operation operation : operations) {
      if (operation instanceof Put put
          && put.value().isPresent()
          && !written.add(put.value().get())) {
        violated("a value was written twice: " + put);
      } else if (operation instanceof Transaction nested) {
        checkValues(nested, written);
      }
    }
  }

  /** An empty start, enough that succeeded, and somebody who saw all of it. */
  private void checkThroughput(History history, List<Call> calls) {
    long commits =
        calls.stream()
            .filter(call ->
                call.answer() instanceof Call.Answer.Committed committed
                    && Replay.changed(committed.commit()))
            .count();
    long reads = calls.stream().filter(c -> c.answer() instanceof Call.Answer.Found).count();
    long leases = calls.stream().filter(c -> c.answer() instanceof Call.Answer.Leased).count();
    long answered = calls.stream().filter(Call::isAnswered).count();
    if (commits * 6 < answered || reads * 8 < answered || leases == 0) {
      violated(
          "too little happened: "
              + commits
              + " commits, "
              + reads
              + " reads and "
              + leases
              + " grants and renewals in "
              + answered
              + " answered calls");
    }
    if (history.observer().first().value() != 2 || history.observer().end().isPresent()) {
      violated("the observer has not seen everything: " + history.observer().end());
    }
    if (history.watches().stream().mapToLong(log -> log.deliveries().size()).sum() == 0) {
      violated("no watch delivered anything");
    }
  }

  private void violated(String text) {
    violations.add(new Violation(Checker.ASSUMPTIONS, text));
  }
}
