package dev.plinth.tck.history;

import dev.plinth.tck.history.Violation.Checker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * After each disturbance that was followed by enough calm, every client was answered and the
 * observer was shown what had happened until then.
 */
final class LivenessChecks {
  /** How soon after a disturbance everything has to work again. */
  static final Duration BOUND = Duration.ofSeconds(10);

  /** From the end of a disturbance to the beginning of the next one, or of the end. */
  private record Calm(long from, long until) {
    boolean isLongEnough() {
      return until - from >= BOUND.toNanos();
    }
  }

  private final History history;
  private final List<Violation> violations = new ArrayList<>();

  private LivenessChecks(History history) {
    this.history = history;
  }

  static List<Violation> run(History history) {
    LivenessChecks checks = new LivenessChecks(history);
    if (!history.disturbances().isEmpty()) {
      List<Calm> calms = checks.calms();
      checks.checkClients(calms);
      checks.checkObserver(calms);
    }
    return checks.violations;
  }

  private List<Calm> calms() {
    List<History.Disturbed> disturbances =
        history.disturbances().stream()
            .sorted(Comparator.comparingLong(History.Disturbed::from))
            .toList();
    long end = history.calls().stream().mapToLong(Call::timeReturned).max().orElse(0);
    List<Calm> calms = new ArrayList<>();
    for (int i = 0; i < disturbances.size(); i++) {
      long next = i + 1 < disturbances.size() ? disturbances.get(i + 1).from() : end;
      calms.add(new Calm(disturbances.get(i).until(), next));
    }
    return calms.stream().filter(Calm::isLongEnough).toList();
  }

  private void checkClients(List<Calm> calms) {
    Map<Integer, List<Call>> byClient =
        history.calls().stream().collect(Collectors.groupingBy(Call::client));
    byClient.forEach((client, calls) -> {
      for (Calm calm : calms) {
        long end = calm.from() + BOUND.toNanos();
        /* Who asked for nothing in that time has nothing to complain of. */
        boolean asked = false;
        boolean answered = false;
        for (Call call : calls) {
          boolean within = call.timeReturned() > calm.from() && call.timeInvoked() < end;
          asked |= within;
          answered |= within && call.isAnswered() && call.timeReturned() <= end;
        }
        if (asked && !answered) {
          violated("client " + client + " was not answered within " + BOUND + " after " + calm);
        }
      }
    });
  }

  private void checkObserver(List<Calm> calms) {
    for (Calm calm : calms) {
      long known =
          history.calls().stream()
              .filter(call -> call.timeReturned() <= calm.from())
              .flatMap(call -> call.revision().stream())
              .mapToLong(revision -> revision.value())
              .max()
              .orElse(0);
      boolean caughtUp =
          history.observer().deliveries().stream()
              .filter(delivery -> delivery.time() - calm.from() <= BOUND.toNanos())
              .anyMatch(delivery -> delivery.batch().revision().value() >= known);
      if (!caughtUp && known > 1) {
        violated(
            "the observer had not caught up with " + known + " within " + BOUND + " after " + calm);
      }
    }
  }

  private void violated(String text) {
    violations.add(new Violation(Checker.LIVENESS, text));
  }
}
