package dev.plinth.tck.history;

import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Transaction;
import dev.plinth.tck.history.Violation.Checker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** When leases ended, against when they were granted, renewed and revoked. */
final class LeaseChecks {
  /** So soon a leader that went on hears that there is another one, and ends no lease any more. */
  private static final Duration LEARNS_OF_SUCCESSOR = Duration.ofSeconds(1);

  private final History history;
  private final Replay replay;
  private final Evidence evidence;
  private final boolean oldLeadersUndo;
  private final Map<LeaseId, List<Call>> confirmed = new HashMap<>();
  private final Set<LeaseId> doubtful = new HashSet<>();
  private final Map<LeaseId, List<Call>> revocations = new HashMap<>();
  private final Map<LeaseId, Change> lastNaming = new HashMap<>();
  private final List<Violation> violations = new ArrayList<>();

  private LeaseChecks(History history, Replay replay, Checks.Tolerance tolerance) {
    this.history = history;
    this.oldLeadersUndo = tolerance == Checks.Tolerance.RENEWALS_UNDONE_BY_OLD_LEADERS;
    this.replay = replay;
    this.evidence = new Evidence(history);
  }

  static List<Violation> run(History history, Replay replay, Checks.Tolerance tolerance) {
    LeaseChecks checks = new LeaseChecks(history, replay, tolerance);
    checks.collect();
    checks.checkExpiries();
    checks.checkRefusals();
    checks.checkKeys();
    return checks.violations;
  }

  private void collect() {
    for (long revision = 2; revision <= replay.last(); revision++) {
      for (Change change : replay.changesAt(revision)) {
        change.entry().lease().ifPresent(lease -> lastNaming.put(lease, change));
      }
    }
    for (Call call : history.calls()) {
      Optional<LeaseId> lease = call.lease();
      if (lease.isEmpty()) {
        continue;
      }
      if (call.request() instanceof Call.Request.Revoking) {
        revocations.computeIfAbsent(lease.get(), id -> new ArrayList<>()).add(call);
      } else if (call.answer() instanceof Call.Answer.Leased leased) {
        confirmed.computeIfAbsent(lease.get(), id -> new ArrayList<>()).add(call);
        if (call.request() instanceof Call.Request.Granting granting
            && leased.lease().granted().compareTo(granting.ttl()) < 0) {
          violated("granted less than was asked: " + call);
        }
      } else if (call.isUnknown()) {
        doubtful.add(lease.get());
      }
    }
  }

  /** Leases whose keys went: not early, and nothing of them afterwards. */
  private void checkExpiries() {
    replay
        .expired()
        .forEach((lease, revision) -> {
          Evidence.Moment known = evidence.reached(revision);
          boolean perhapsRevoked =
              revocations.getOrDefault(lease, List.of()).stream().anyMatch(Call::isUnknown);
          for (Call call : confirmed.getOrDefault(lease, List.of())) {
            if (call.invoked() > known.tick()) {
              violated("lease " + lease + " ended at " + revision + ", but came back: " + call);
            } else if (!perhapsRevoked
                && call.timeInvoked() + ttl(call) > known.time()
                && lasting(lease).contains(call)) {
              violated(
                  "lease "
                      + lease
                      + " expired at revision "
                      + revision
                      + ", known at "
                      + known.time()
                      + ", too early after "
                      + call);
            }
          }
          checkGone(lease, revision);
        });
    replay.revoked().forEach(this::checkGone);
  }

  /** What was confirmed of a lease and cannot have been undone, if that is tolerated. */
  private List<Call> lasting(LeaseId lease) {
    List<Call> calls = confirmed.getOrDefault(lease, List.of());
    if (!oldLeadersUndo || calls.isEmpty()) {
      return calls;
    }
    return inTime(calls).stream()
        .filter(call -> history.leaderStops().stream().noneMatch(stop -> undone(call, calls, stop)))
        .toList();
  }

  /** What was confirmed before the lease's time may ever have been over. */
  private static List<Call> inTime(List<Call> calls) {
    List<Call> inTime = new ArrayList<>();
    long until = Long.MAX_VALUE;
    for (Call call : calls.stream().sorted(Comparator.comparingLong(Call::timeReturned)).toList()) {
      if (call.timeReturned() > until) {
        break;
      }
      inTime.add(call);
      long own = call.timeInvoked() + ttl(call);
      until = until == Long.MAX_VALUE ? own : Math.max(until, own);
    }
    return inTime;
  }

  /**
   * Whether a leader that was stopped may have ended a lease after that confirmation, when it went
   * on and did not know of it: by what it knew, the lease's time was over.
   */
  private static boolean undone(Call call, List<Call> all, History.LeaderStop stop) {
    long last = stop.until() + LEARNS_OF_SUCCESSOR.toNanos();
    return call.timeReturned() > stop.from()
        && call.timeInvoked() < last
        && all.stream()
            .filter(known -> known.timeReturned() <= stop.from())
            .allMatch(known -> known.timeInvoked() + ttl(known) <= last);
  }

  private void checkGone(LeaseId lease, long revision) {
    Change last = lastNaming.get(lease);
    if (last != null && last.revision().value() > revision) {
      violated("lease " + lease + " ended at " + revision + ", but " + last);
    }
  }

  /** Answers that a lease is gone, although nobody revoked it and its time was not over. */
  private void checkRefusals() {
    for (Call call : history.calls()) {
      if (!(call.answer() instanceof Call.Answer.Failed failed)) {
        continue;
      }
      for (LeaseId lease : missing(call, failed.error())) {
        boolean revoked =
            revocations.getOrDefault(lease, List.of()).stream()
                .anyMatch(revocation -> revocation.invoked() < call.returned());
        for (Call renewal : confirmed.getOrDefault(lease, List.of())) {
          if (!revoked
              && renewal.precedes(call)
              && renewal.timeInvoked() + ttl(renewal) > call.timeReturned()
              && lasting(lease).contains(renewal)) {
            violated("lease " + lease + " was refused too early: " + call + " after " + renewal);
          }
        }
      }
    }
  }

  /** The lease that an error says is missing, if it says so of just one. */
  private static Set<LeaseId> missing(Call call, StoreException error) {
    if (error instanceof LeaseLostException lost) {
      return Set.of(lost.lease());
    }
    if (error instanceof RequestRefusedException refused
        && refused.reason() == Reason.LEASE_NOT_FOUND
        && call.request() instanceof Call.Request.Committing committing) {
      Set<LeaseId> named = new HashSet<>();
      collect(committing.transaction(), named);
      return named.size() == 1 ? named : Set.of();
    }
    return Set.of();
  }

  private static void collect(Transaction transaction, Set<LeaseId> named) {
    List<Operation> operations = new ArrayList<>(transaction.then());
    operations.addAll(transaction.otherwise());
    for (Operation operation : operations) {
      if (operation instanceof Put put && put.lease() instanceof Put.Attachment.To to) {
        named.add(to.lease());
      } else if (operation instanceof Transaction nested) {
        collect(nested, named);
      }
    }
  }

  /** Keys of leases that must long be over. */
  private void checkKeys() {
    long bound = history.limits().expiryBound().toNanos();
    for (Call call : history.calls()) {
      if (!(call.request() instanceof Call.Request.Reading reading)
          || !(call.answer() instanceof Call.Answer.Found found)
          || reading.read().consistency() != Read.Consistency.LINEARIZABLE
          || reading.read().revision().value() > 0) {
        continue;
      }
      for (Entry entry : found.slice().entries()) {
        if (entry.lease().isEmpty() || doubtful.contains(entry.lease().get())) {
          continue;
        }
        List<Call> renewals = confirmed.getOrDefault(entry.lease().get(), List.of());
        boolean over =
            renewals.stream().allMatch(renewal -> call.timeInvoked() > latestEnd(renewal, bound));
        if (over) {
          violated("a key outlived its lease: " + call);
        }
      }
    }
  }

  /**
   * When a lease was over at the latest after a renewal. Whoever leads the store anew lets leases
   * begin again, so disturbances of the store before that end count as renewals.
   */
  private long latestEnd(Call renewal, long bound) {
    long end = renewal.timeReturned() + ttl(renewal) + bound;
    for (History.Disturbed disturbed : history.disturbances()) {
      if (disturbed.from() <= end && disturbed.until() >= renewal.timeInvoked()) {
        end = Math.max(end, disturbed.until() + ttl(renewal) + bound);
      }
    }
    return end;
  }

  private static long ttl(Call call) {
    return ((Call.Answer.Leased) call.answer()).lease().granted().toNanos();
  }

  private void violated(String text) {
    violations.add(new Violation(Checker.LEASES, text));
  }
}
