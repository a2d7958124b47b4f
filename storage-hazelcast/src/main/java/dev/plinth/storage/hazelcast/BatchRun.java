package dev.plinth.storage.hazelcast;

import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Transaction;
import dev.plinth.storage.mvcc.LeaseRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * One batch on the owner of a keyspace: what is due, what is asked, what limits want; it makes the
 * next state and the steps to it. Nothing that outlives it has changed before {@link #settle}, but
 * that time was given to leases.
 *
 * <p>One thread.
 */
final class BatchRun {
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
  void begin(HazelcastState state, UUID member, Set<UUID> members) {
    boolean known = owner.knows(state, member);
    if (!known || owner.misses(members)) {
      Answer unused = step(new Request.TakeOver(member));
    }
    effects.add(() -> owner.sees(members));
    if (!known) {
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
        case Request.Renew renew -> renewed(renew);
        case Request.Describe describe -> described(describe);
        case Request.Question question -> KeyspaceReads.answer(question, edit.keyspace());
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

  HazelcastState.Position position() {
    return edit.position();
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
