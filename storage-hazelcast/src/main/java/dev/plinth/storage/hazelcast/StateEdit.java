package dev.plinth.storage.hazelcast;

import dev.plinth.spi.StoreException;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import dev.plinth.storage.mvcc.LeaseRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The making of the next state: steps, each whole or not at all. The same steps on the same state
 * make the same one, on whatever member.
 *
 * <p>One thread at a time.
 */
final class StateEdit {
  /** Clients remembered at most; the one that wrote longest ago goes first. */
  static final int CLIENTS = 64;

  /** Terms that are kept; the oldest goes first. */
  static final int TERMS = 64;

  private final HazelcastState before;
  private long index;
  private List<HazelcastState.Term> terms;
  private Keyspace keyspace;
  private @Nullable KeyspaceEdit edit;
  private Map<UUID, HazelcastState.Remembered> clients;

  StateEdit(HazelcastState before) {
    this.before = before;
    this.index = before.index();
    this.terms = before.terms();
    this.keyspace = before.keyspace();
    this.clients = before.clients();
  }

  /** Returns the next state, or the same one if no step was applied. */
  HazelcastState finish() {
    return index == before.index()
        ? before
        : new HazelcastState(before.incarnation(), index, terms, keyspace(), clients);
  }

  /** Returns the data as it is now. */
  Keyspace keyspace() {
    KeyspaceEdit open = edit;
    if (open != null) {
      keyspace = open.finish();
      edit = null;
    }
    return keyspace;
  }

  KeyspaceEdit changing() {
    KeyspaceEdit open = edit;
    if (open == null) {
      open = keyspace.edit();
      edit = open;
    }
    return open;
  }

  /** Returns where the data is now. */
  HazelcastState.Position position() {
    return HazelcastState.position(before.incarnation(), index, terms);
  }

  Map<UUID, HazelcastState.Remembered> clients() {
    return clients;
  }

  /**
   * Applies a step and counts it.
   *
   * @return what it did
   * @throws StoreException if it is refused; then nothing changed and it does not count
   */
  Answer apply(Request.Step step) {
    Answer answer =
        switch (step) {
          case Request.Write write -> new Answer.Committed(changing().commit(write.transaction()));
          case Request.Compact compact -> {
            changing().compact(compact.oldest());
            yield new Answer.Done(changing().revision());
          }
          case Request.Grant grant -> {
            LeaseRecord lease = changing().grant(grant.id(), grant.ttl());
            yield LeaseAnswers.granted(lease);
          }
          case Request.Revoke revoke -> new Answer.Done(changing().revoke(revoke.id()));
          case Request.Expire expire -> {
            if (isCurrent(expire)) {
              yield new Answer.Done(changing().revoke(expire.id()));
            }
            yield new Answer.Done(changing().revision());
          }
          case Request.TakeOver takeOver -> {
            begin(takeOver.member());
            yield new Answer.Done(changing().revision());
          }
          case Request.Remember remember -> {
            remember(remember);
            yield new Answer.Done(changing().revision());
          }
        };
    index++;
    return answer;
  }

  private void begin(UUID owner) {
    List<HazelcastState.Term> next = new ArrayList<>(terms);
    long number = next.isEmpty() ? 1 : next.getLast().number() + 1;
    next.add(new HazelcastState.Term(number, owner, index + 1));
    terms = next.size() > TERMS ? next.subList(1, next.size()) : next;
  }

  private boolean isCurrent(Request.Expire expire) {
    return changing()
        .lease(expire.id())
        .filter(lease -> lease.generation() == expire.generation())
        .isPresent();
  }

  private void remember(Request.Remember remember) {
    Map<UUID, HazelcastState.Remembered> next = new HashMap<>(clients);
    next.put(
        remember.client(),
        new HazelcastState.Remembered(remember.sequence(), index, remember.answers()));
    if (next.size() > CLIENTS) {
      next.entrySet().stream()
          .min(
              Map.Entry.<UUID, HazelcastState.Remembered>comparingByValue(
                      (a, b) -> Long.compare(a.index(), b.index()))
                  .thenComparing(Map.Entry.comparingByKey()))
          .map(Map.Entry::getKey)
          .ifPresent(next::remove);
    }
    clients = next;
  }
}
