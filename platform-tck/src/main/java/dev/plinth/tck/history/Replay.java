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
import java.util.Comparator;
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
  private final List<Call> unknown;

  private Replay(History history) {
    this.history = history;
    this.unknown =
        new ArrayList<>(
            history.calls().stream()
                .filter(
                    call -> call.isUnknown() && call.request() instanceof Call.Request.Committing)
                .toList());
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
              : replay(revision, seen, written);
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

  private List<Change> replay(long revision, List<Change> seen, List<Call> acknowledged) {
    NavigableMap<Key, Entry> state = states.getLast();
    Revision next = Revision.of(revision);
    List<Call> calls = new ArrayList<>(acknowledged);
    calls.addAll(sharers(state, next, seen, acknowledged));
    if (calls.size() > 1) {
      if (!mayShare(calls)) {
        violated("revision " + revision + " was given to more than one commit: " + calls);
      }
      /* Who shares a revision touches other keys than the others: the order is that of delivery. */
      NavigableMap<Key, Entry> before = state;
      calls.sort(Comparator.comparingInt(call -> place(changes(before, call, next), seen)));
    }
    List<Change> happened = new ArrayList<>();
    for (Call call : calls) {
      Model.Applied applied = Model.apply(state, transaction(call), next);
      state = applied.state();
      happened.addAll(applied.changes());
      if (call.isUnknown()) {
        continue;
      }
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
                + transaction(call));
      }
    }
    states.add(state);
    return happened;
  }

  private static Transaction transaction(Call call) {
    return ((Call.Request.Committing) call.request()).transaction();
  }

  private static List<Change> changes(
      NavigableMap<Key, Entry> before, Call call, Revision revision) {
    return Model.apply(before, transaction(call), revision).changes();
  }

  /** Where in what was seen a call's changes begin. */
  private static int place(List<Change> changes, List<Change> seen) {
    for (int i = 0; i < seen.size(); i++) {
      if (!changes.isEmpty() && seen.get(i).key().equals(changes.getFirst().key())) {
        return i;
      }
    }
    return seen.size();
  }

  /**
   * Writes with an unknown outcome and without a condition that shared a revision with others: what
   * the others did not change of what was seen.
   */
  private List<Call> sharers(
      NavigableMap<Key, Entry> before, Revision next, List<Change> seen, List<Call> others) {
    Set<Key> left = new HashSet<>();
    seen.forEach(change -> left.add(change.key()));
    for (Call call : others) {
      changes(before, call, next).forEach(change -> left.remove(change.key()));
    }
    List<Call> sharers = new ArrayList<>();
    for (Call call : left.isEmpty() ? List.<Call>of() : List.copyOf(unknown)) {
      List<Change> changes = changes(before, call, next);
      if (transaction(call).conditions().isEmpty()
          && !changes.isEmpty()
          && changes.stream().allMatch(change -> left.contains(change.key()))
          && changes.stream().allMatch(change -> seen.stream().anyMatch(s -> same(s, change)))) {
        sharers.add(call);
        unknown.remove(call);
        changes.forEach(change -> left.remove(change.key()));
      }
    }
    return sharers;
  }

  /** Commits share a revision only if they overlapped and had no conditions (G1). */
  private boolean mayShare(List<Call> calls) {
    if (history.capabilities().contains(Capability.SOLE_REVISION)) {
      return false;
    }
    for (Call one : calls) {
      if (!((Call.Request.Committing) one.request()).transaction().conditions().isEmpty()
          || (!one.isUnknown() && calls.stream().anyMatch(one::precedes))) {
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
      /* It may have ended nothing, right after a write whose outcome is unknown took its keys. */
      boolean fits = seen.isEmpty() || sameChanges(applied.changes(), seen);
      if (!applied.changes().isEmpty() && fits) {
        revoked.put(lease, revision);
        states.add(applied.state());
        return applied.changes();
      }
    }
    Optional<Call> write = unknownWrite(before, next, seen);
    Set<LeaseId> attached = new HashSet<>();
    before.values().forEach(entry -> entry.lease().ifPresent(attached::add));
    for (LeaseId lease : attached) {
      Model.Applied applied = Model.end(before, lease, next);
      if (sameChanges(applied.changes(), seen)) {
        /* If a deletion may have done the same, nothing is known of the lease. */
        if (write.isEmpty()) {
          expired.put(lease, revision);
        }
        states.add(applied.state());
        return applied.changes();
      }
    }
    if (write.isPresent()) {
      unknown.remove(write.get());
      Model.Applied applied = Model.apply(before, transaction(write.get()), next);
      states.add(applied.state());
      return applied.changes();
    }
    List<Change> happened = replay(revision, seen, List.of());
    if (happened.isEmpty() || !sameChanges(happened, seen)) {
      violated("revision " + revision + " is of no write, lease or unknown outcome: " + seen);
    }
    return happened;
  }

  /** A write with an unknown outcome that would have changed just what was seen. */
  private Optional<Call> unknownWrite(
      NavigableMap<Key, Entry> before, Revision next, List<Change> seen) {
    return unknown.stream()
        .filter(call -> !seen.isEmpty() && sameChanges(changes(before, call, next), seen))
        .findFirst();
  }

  /** Whether two lists of changes agree but for the versions before. */
  static boolean sameChanges(List<Change> some, List<Change> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (!same(some.get(i), others.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(Change one, Change other) {
    return one.kind() == other.kind() && one.entry().equals(other.entry());
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
