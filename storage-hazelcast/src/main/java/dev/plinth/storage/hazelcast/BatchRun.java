package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Change;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Transaction;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.LeaseRecord;
import dev.plinth.storage.mvcc.Mutation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One batch on the owner of a keyspace: what is due, what is asked, what limits want; it makes the
 * next state and the steps to it. Nothing that outlives it has changed before {@link #settle}, but
 * that time was given to leases.
 *
 * <p>One thread.
 */
final class BatchRun {
  private static final int PULL_CHANGES = 1_000;

  /** So many revisions are looked at in one pull, however few of them are wanted (H14). */
  private static final int PULL_REVISIONS = 5_000;

  private final KeyspaceOwner owner;
  private final StateEdit edit;
  private final long now;
  private final List<byte[]> steps = new ArrayList<>();
  private final List<Runnable> effects = new ArrayList<>();

  BatchRun(HazelcastState state, KeyspaceOwner owner) {
    this.owner = owner;
    this.edit = state.edit();
    this.now = owner.now();
  }

  /** Does what the owner has to do before it answers anybody. */
  void begin(HazelcastState state, UUID member) {
    if (!owner.knows(state, member)) {
      Answer unused = step(new Request.TakeOver(member));
      owner.takeOver(state.incarnation(), state.keyspace());
      return;
    }
    for (Request.Expire expire : owner.clocks().due(now)) {
      Answer unused = step(expire);
      effects.add(() -> owner.clocks().remove(expire.id()));
    }
    if (owner.notes().isDue(now)) {
      compact(owner.notes().note(now, state.keyspace().revision().value()));
    }
  }

  private Answer step(Request.Step step) {
    Answer answer = edit.apply(step);
    steps.add(RequestCodec.encode(step));
    return answer;
  }

  private void compact(long oldest) {
    if (oldest > Math.max(1, edit.changing().compacted().value())) {
      Answer unused = step(new Request.Compact(Revision.of(oldest)));
    }
  }

  /** Carries out one request of a client. */
  Answer answer(byte[] encoded) {
    try {
      return switch (RequestCodec.decode(encoded)) {
        case Request.Write write -> {
          if (puts(write.transaction().then()) || puts(write.transaction().otherwise())) {
            checkSpace(encoded.length);
          }
          yield applied(write, encoded);
        }
        case Request.Compact compact -> applied(compact, encoded);
        case Request.Grant grant -> {
          checkSpace(encoded.length);
          Answer answer = applied(grant, encoded);
          LeaseRecord lease = edit.changing().lease(grant.id()).orElseThrow();
          effects.add(() -> owner.clocks().start(lease, now));
          yield answer;
        }
        case Request.Revoke revoke -> {
          Answer answer = applied(revoke, encoded);
          effects.add(() -> owner.clocks().remove(revoke.id()));
          yield answer;
        }
        case Request.Expire owners -> throw notForClients();
        case Request.TakeOver owners -> throw notForClients();
        case Request.Remember owners -> throw notForClients();
        case Request.Ask ask -> new Answer.Committed(edit.changing().commit(ask.transaction()));
        case Request.Current current -> new Answer.Done(edit.changing().revision());
        case Request.Renew renew -> renewed(renew);
        case Request.Describe describe -> described(describe);
        case Request.ListLeases list ->
            new Answer.LeaseNames(edit.changing().leases().stream().map(LeaseRecord::id).toList());
        case Request.Status status -> condition(edit.keyspace());
        case Request.Pull pull -> changes(pull, edit.keyspace());
        case Request.Tick tick -> new Answer.Done(edit.changing().revision());
      };
    } catch (StoreException refused) {
      return new Answer.Refused(refused);
    }
  }

  private static IllegalArgumentException notForClients() {
    return new IllegalArgumentException("a client sent what only an owner may");
  }

  private Answer applied(Request.Step step, byte[] encoded) {
    Answer answer = edit.apply(step);
    steps.add(encoded);
    return answer;
  }

  private void checkSpace(int more) {
    if (owner.isFull(edit.keyspace(), more)) {
      throw new RequestRefusedException(RequestRefusedException.Reason.SPACE_EXCEEDED);
    }
  }

  private static boolean puts(List<Operation> operations) {
    for (Operation operation : operations) {
      if (operation instanceof Put
          || (operation instanceof Transaction nested
              && (puts(nested.then()) || puts(nested.otherwise())))) {
        return true;
      }
    }
    return false;
  }

  private Answer renewed(Request.Renew renew) {
    LeaseRecord lease =
        edit.changing().lease(renew.id()).orElseThrow(() -> new LeaseLostException(renew.id()));
    effects.add(() -> owner.clocks().renew(lease.id(), now));
    return LeaseAnswers.granted(lease);
  }

  private Answer described(Request.Describe describe) {
    return edit.changing()
        .lease(describe.id())
        .map(lease ->
            LeaseAnswers.described(
                lease, Duration.ofNanos(owner.clocks().remaining(lease.id(), now))))
        .orElse(LeaseAnswers.NONE);
  }

  private static Answer condition(Keyspace keyspace) {
    return new Answer.Condition(
        keyspace.revision(),
        keyspace.compacted(),
        keyspace.keys(),
        keyspace.sizeBytes(),
        keyspace.historyRevisions(),
        keyspace.digest());
  }

  private static Answer changes(Request.Pull pull, Keyspace keyspace) {
    Revision revision = keyspace.revision();
    Revision compacted = keyspace.compacted();
    if (compacted.isAfter(pull.from())) {
      return new Answer.Changes(revision, compacted, Revision.ZERO, List.of());
    }
    List<Change> changes = new ArrayList<>();
    long[] looked = {pull.from().value() - 1, 0, 0};
    boolean complete =
        keyspace.forEachRevision(
            pull.from(),
            revised -> {
              for (int i = 0; i < revised.size(); i++) {
                Mutation mutation = revised.mutation(i);
                Change.Kind kind = mutation.isDeletion() ? Change.Kind.DELETE : Change.Kind.PUT;
                if (pull.kinds().contains(kind) && pull.range().contains(mutation.key())) {
                  Change change = mutation.change(pull.previousValues());
                  changes.add(change);
                  looked[1] += bytes(change);
                }
              }
              looked[0] = revised.revision().value();
              looked[2]++;
              return changes.size() < PULL_CHANGES
                  && looked[1] < pull.bytes()
                  && looked[2] < PULL_REVISIONS;
            });
    Revision through =
        complete ? Revision.of(Math.max(looked[0], revision.value())) : Revision.of(looked[0]);
    return new Answer.Changes(revision, compacted, through, changes);
  }

  private static long bytes(Change change) {
    return change.key().size()
        + change.entry().value().size()
        + change.previous().map(before -> (long) before.value().size()).orElse(0L);
  }

  /** Gives up history beyond the limits, if there is more of it than before. */
  void limitHistory() {
    if (steps.isEmpty()) {
      return;
    }
    OwnerRules rules = owner.rules();
    if (rules.historyRevisions() > 0) {
      compact(edit.changing().revision().value() - rules.historyRevisions());
    }
    if (rules.historyBytes() > 0 && edit.changing().historyBytes() > rules.historyBytes()) {
      compact(edit.changing().oldestWithin(rules.historyBytes()).value());
    }
  }

  /** Notes that the batch was applied, so that it is not applied again (H3). */
  void remember(Request.Remember batch) {
    Answer unused = step(batch);
  }

  boolean hasSteps() {
    return !steps.isEmpty();
  }

  List<byte[]> steps() {
    return steps;
  }

  Revision revision() {
    return edit.changing().revision();
  }

  HazelcastState finish() {
    return edit.finish();
  }

  /** Lets time begin or end for leases, once the next state is in its place. */
  void settle() {
    effects.forEach(Runnable::run);
    owner.settle();
  }
}
