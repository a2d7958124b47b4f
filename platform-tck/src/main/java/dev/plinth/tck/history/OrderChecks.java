package dev.plinth.tck.history;

import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.tck.history.Violation.Checker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Real time, and every answer against the state at its revision. */
final class OrderChecks {
  private final History history;
  private final Replay replay;
  private final List<Violation> violations = new ArrayList<>();

  private OrderChecks(History history, Replay replay) {
    this.history = history;
    this.replay = replay;
  }

  static List<Violation> run(History history, Replay replay) {
    OrderChecks checks = new OrderChecks(history, replay);
    checks.checkRealTime();
    checks.checkAnswers();
    checks.checkCompactions();
    return checks.violations;
  }

  /** What was stated before a call began bounds what the call may state. */
  private void checkRealTime() {
    NavigableMap<Long, Long> returned = new TreeMap<>();
    for (Call call : history.calls()) {
      call.revision().ifPresent(r -> returned.put(call.returned(), r.value()));
    }
    for (WatchLog log : history.watches()) {
      log.deliveries().forEach(d -> returned.put(d.tick(), d.batch().revision().value()));
    }
    Iterator<Map.Entry<Long, Long>> ends = returned.entrySet().iterator();
    Map.Entry<Long, Long> end = ends.hasNext() ? ends.next() : null;
    long floor = 1;
    Map<Integer, Long> ofClient = new HashMap<>();
    for (Call call : history.calls()) {
      while (end != null && end.getKey() < call.invoked()) {
        floor = Math.max(floor, end.getValue());
        end = ends.hasNext() ? ends.next() : null;
      }
      checkFloor(call, floor, ofClient);
    }
  }

  private void checkFloor(Call call, long floor, Map<Integer, Long> ofClient) {
    if (call.revision().isEmpty()) {
      if (call.request() instanceof Call.Request.Reading reading
          && refusedAsFuture(call)
          && reading.read().revision().value() <= floor) {
        violated(Checker.REVISION_ORDER, "refused as future, but " + floor + " was seen: " + call);
      }
      return;
    }
    long stated = call.revision().get().value();
    if (isSerializable(call)) {
      if (stated < ofClient.getOrDefault(call.client(), 1L)) {
        violated(Checker.SERIALIZABLE_READS, "went back before what its client saw: " + call);
      }
    } else {
      boolean changes =
          call.answer() instanceof Call.Answer.Committed committed
              && Replay.changed(committed.commit());
      if (stated < floor || (changes && stated == floor)) {
        violated(Checker.REVISION_ORDER, "revision " + floor + " was seen before: " + call);
      }
    }
    ofClient.merge(call.client(), stated, Math::max);
  }

  private static boolean refusedAsFuture(Call call) {
    return call.answer() instanceof Call.Answer.Failed failed
        && failed.error() instanceof RequestRefusedException refused
        && refused.reason() == Reason.FUTURE_REVISION;
  }

  private static boolean isSerializable(Call call) {
    return call.request() instanceof Call.Request.Reading reading
        && reading.read().consistency() == Read.Consistency.SERIALIZABLE;
  }

  private void checkAnswers() {
    for (Call call : history.calls()) {
      Optional<NavigableMap<Key, Entry>> now = call.revision().flatMap(replay::state);
      if (now.isEmpty()) {
        continue;
      }
      if (call.request() instanceof Call.Request.Reading reading
          && call.answer() instanceof Call.Answer.Found found) {
        Read read = reading.read();
        Optional<NavigableMap<Key, Entry>> state =
            read.revision().value() <= 0 ? now : replay.state(read.revision());
        Slice expected = Model.read(state.orElseThrow(), read, found.slice().revision());
        if (!expected.equals(found.slice())) {
          violated(
              isSerializable(call) ? Checker.SERIALIZABLE_READS : Checker.REVISION_ORDER,
              "found " + found.slice() + ", not " + expected + ": " + read);
        }
      } else if (call.request() instanceof Call.Request.Committing committing
          && call.answer() instanceof Call.Answer.Committed committed
          && !Replay.changed(committed.commit())) {
        Revision next = committed.commit().revision().next();
        Model.Applied applied = Model.apply(now.get(), committing.transaction(), next);
        if (!Replay.bare(applied.commit()).equals(Replay.bare(committed.commit()))) {
          violated(
              Checker.REVISION_ORDER,
              "answered "
                  + committed.commit()
                  + ", not "
                  + applied.commit()
                  + ": "
                  + committing.transaction());
        }
      }
    }
  }

  private void checkCompactions() {
    List<Call> attempts = history.calls().stream().filter(Call::mayHaveCompacted).toList();
    List<Call> compactions = attempts.stream().filter(call -> !call.isUnknown()).toList();
    for (Call call : history.calls()) {
      if (call.request() instanceof Call.Request.Reading reading
          && reading.read().revision().value() > 0) {
        long wanted = reading.read().revision().value();
        if (call.answer() instanceof Call.Answer.Found) {
          for (Call compaction : compactions) {
            if (compaction.precedes(call) && upTo(compaction) > wanted) {
              violated(Checker.REVISION_ORDER, "read what was compacted: " + call);
            }
          }
        } else if (call.answer() instanceof Call.Answer.Failed failed
            && failed.error() instanceof HistoryLostException lost
            && (lost.compacted().value() <= wanted
                || attempts.stream()
                    .noneMatch(compaction ->
                        compaction.invoked() < call.returned()
                            && upTo(compaction) == lost.compacted().value()))) {
          violated(Checker.REVISION_ORDER, "lost what nobody compacted: " + call);
        }
      }
    }
    for (Call one : compactions) {
      for (Call other : compactions) {
        if (one.precedes(other) && upTo(other) <= upTo(one)) {
          violated(Checker.REVISION_ORDER, "compacted twice: " + one + " and " + other);
        }
      }
    }
  }

  private static long upTo(Call compaction) {
    return ((Call.Request.Compacting) compaction.request()).revision().value();
  }

  private void violated(Checker checker, String text) {
    violations.add(new Violation(checker, text));
  }
}
