package dev.plinth.tck.history;

import dev.plinth.spi.Capability;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Transaction;
import dev.plinth.tck.history.Violation.Checker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The states that a history went through, one for each revision, found by applying its writes to a
 * model in the order of their revisions. What disagrees on the way is a violation.
 *
 * <p>A revision that no acknowledged write explains is the end of a lease, or one of the writes
 * whose outcome is unknown; each of those is used once at most.
 */
final class Replay {
  private static final int ENOUGH = 40;

  private final History history;
  private final List<Violation> violations = new ArrayList<>();
  private final List<NavigableMap<Key, Entry>> states = new ArrayList<>();
  private final Map<Long, List<Change>> changes = new HashMap<>();
  private final Map<LeaseId, Long> expired = new HashMap<>();
  private final Map<LeaseId, Long> revoked = new HashMap<>();
  private final Set<Call> usedUnknown = new HashSet<>();

  private Replay(History history) {
    this.history = history;
  }

  static Replay of(History history) {
    Replay replay = new Replay(history);
    replay.run();
    return replay;
  }

  List<Violation> violations() {
    return violations;
  }

  /** The state at a revision; nothing if the history never got there. */
  Optional<NavigableMap<Key, Entry>> state(Revision revision) {
    long index = revision.value() - 1;
    return index >= 0 && index < states.size()
        ? Optional.of(states.get((int) index))
        : Optional.empty();
  }

  /** What changed at a revision, in order, each with the version before it. */
  List<Change> changesAt(long revision) {
    return changes.getOrDefault(revision, List.of());
  }

  long last() {
    return states.size();
  }

  /** At which revision a lease that had keys expired. */
  Map<LeaseId, Long> expired() {
    return expired;
  }

  /** At which revision a lease that had keys was revoked. */
  Map<LeaseId, Long> revoked() {
    return revoked;
  }

  private void run() {
    Map<Long, List<Call>> writes = new HashMap<>();
    Map<Long, List<Call>> revocations = new HashMap<>();
    long last = Math.max(1, history.observer().position().value());
    for (Call call : history.calls()) {
      Optional<Revision> revision = call.revision();
      if (revision.isEmpty()) {
        continue;
      }
      long number = revision.get().value();
      last = Math.max(last, number);
      if (call.answer() instanceof Call.Answer.Committed committed && changed(committed.commit())) {
        writes.computeIfAbsent(number, r -> new ArrayList<>()).add(call);
      } else if (call.request() instanceof Call.Request.Revoking) {
        revocations.computeIfAbsent(number, r -> new ArrayList<>()).add(call);
      }
    }
    Map<Long, List<Change>> observed = new HashMap<>();
    for (WatchLog.Delivery delivery : history.observer().deliveries()) {
      for (Change change : delivery.batch().changes()) {
        observed.computeIfAbsent(change.revision().value(), r -> new ArrayList<>()).add(change);
      }
    }
    states.add(new TreeMap<>());
    for (long revision = 2; revision <= last && violations.size() < ENOUGH; revision++) {
      List<Change> seen = observed.getOrDefault(revision, List.of());
      List<Call> written = writes.getOrDefault(revision, List.of());
      List<Change> happened =
          written.isEmpty()
              ? explain(revision, seen, revocations.getOrDefault(revision, List.of()))
              : replay(revision, written);
      changes.put(revision, happened);
    }
  }

  static boolean changed(Commit commit) {
    return commit.outcomes().stream()
        .anyMatch(outcome ->
            switch (outcome) {
              case Slice slice -> false;
              case Outcome.Written written -> true;
              case Outcome.Deleted deleted -> deleted.count() > 0;
              case Commit nested -> changed(nested);
            });
  }

  private List<Change> replay(long revision, List<Call> calls) {
    if (calls.size() > 1 && !mayShare(calls)) {
      violated("revision " + revision + " was given to more than one commit: " + calls);
    }
    List<Change> happened = new ArrayList<>();
    NavigableMap<Key, Entry> state = states.getLast();
    for (Call call : calls) {
      Transaction transaction = ((Call.Request.Committing) call.request()).transaction();
      Model.Applied applied = Model.apply(state, transaction, Revision.of(revision));
      Commit answered = ((Call.Answer.Committed) call.answer()).commit();
      if (!bare(applied.commit()).equals(bare(answered))) {
        violated(
            "at revision "
                + revision
                + " answered "
                + answered
                + ", not "
                + applied.commit()
                + ": "
                + transaction);
      }
      state = applied.state();
      happened.addAll(applied.changes());
    }
    states.add(state);
    return happened;
  }

  /** Commits share a revision only if they overlapped and had no conditions (G1). */
  private boolean mayShare(List<Call> calls) {
    if (history.capabilities().contains(Capability.SOLE_REVISION)) {
      return false;
    }
    for (Call one : calls) {
      if (!((Call.Request.Committing) one.request()).transaction().conditions().isEmpty()
          || calls.stream().anyMatch(other -> one.precedes(other))) {
        return false;
      }
    }
    return true;
  }

  private List<Change> explain(long revision, List<Change> seen, List<Call> revocations) {
    NavigableMap<Key, Entry> before = states.getLast();
    Revision next = Revision.of(revision);
    for (Call call : revocations) {
      LeaseId lease = call.lease().orElseThrow();
      Model.Applied applied = Model.end(before, lease, next);
      if (!applied.changes().isEmpty()) {
        revoked.put(lease, revision);
        states.add(applied.state());
        return applied.changes();
      }
    }
    Optional<Call> unknown = unknownWrite(before, next, seen);
    Set<LeaseId> attached = new HashSet<>();
    before.values().forEach(entry -> entry.lease().ifPresent(attached::add));
    for (LeaseId lease : attached) {
      Model.Applied applied = Model.end(before, lease, next);
      if (sameChanges(applied.changes(), seen)) {
        /* If a deletion may have done the same, nothing is known of the lease. */
        if (unknown.isEmpty()) {
          expired.put(lease, revision);
        }
        states.add(applied.state());
        return applied.changes();
      }
    }
    if (unknown.isPresent()) {
      usedUnknown.add(unknown.get());
      Transaction transaction = ((Call.Request.Committing) unknown.get().request()).transaction();
      Model.Applied applied = Model.apply(before, transaction, next);
      states.add(applied.state());
      return applied.changes();
    }
    violated("revision " + revision + " is of no write, lease or unknown outcome: " + seen);
    states.add(before);
    return List.of();
  }

  /** A write with an unknown outcome that would have changed just what was seen. */
  private Optional<Call> unknownWrite(
      NavigableMap<Key, Entry> before, Revision next, List<Change> seen) {
    return history.calls().stream()
        .filter(call -> call.isUnknown() && !usedUnknown.contains(call))
        .filter(call ->
            call.request() instanceof Call.Request.Committing committing
                && !seen.isEmpty()
                && sameChanges(Model.apply(before, committing.transaction(), next).changes(), seen))
        .findFirst();
  }

  /** Whether two lists of changes agree but for the versions before. */
  static boolean sameChanges(List<Change> some, List<Change> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (some.get(i).kind() != others.get(i).kind()
          || !some.get(i).entry().equals(others.get(i).entry())) {
        return false;
      }
    }
    return true;
  }

  /** A commit without the revisions that are stated inside it, which follow from its own. */
  static Commit bare(Commit commit) {
    return new Commit(
        commit.revision(),
        commit.conditionsHeld(),
        commit.outcomes().stream()
            .<Outcome>map(outcome ->
                switch (outcome) {
                  case Slice slice ->
                      new Slice(Revision.ZERO, slice.entries(), slice.count(), slice.more());
                  case Outcome.Written written -> written;
                  case Outcome.Deleted deleted ->
                      new Outcome.Deleted(Revision.ZERO, deleted.count(), deleted.previous());
                  case Commit nested -> bare(nested);
                })
            .toList());
  }

  private void violated(String text) {
    violations.add(new Violation(Checker.REVISION_ORDER, text));
  }
}
