package dev.plinth.service.ztap.cluster;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The keys of the cluster:
 *
 * <pre>
 * {prefix}/cluster-id        which cluster lives here, written once
 * {prefix}/nodes/{id}        what a living process says about itself, on its lease
 * {prefix}/members/{id}      what an operator declared, on no lease
 * {prefix}/election          the leader, on its lease, written only while it leads
 * {prefix}/election/{lease}  candidates, in the order of their creation
 * </pre>
 *
 * <p>Thread-safe. Every call blocks no longer than the store's request timeout.
 */
final class ClusterRepository {

  /** How a registration ended. */
  sealed interface Registration {
    /** The record is there and is this process's own. */
    record Registered(Revision created, Revision modified) implements Registration {}

    /** Another process has the id. */
    record Taken(Revision modified, NodeRecord by) implements Registration {}

    /** The id has a record that cannot be read. */
    record Blocked(String problem) implements Registration {}
  }

  /** How a heartbeat ended. */
  sealed interface Beat {
    /** It was written. */
    record Written(Revision modified) implements Beat {}

    /** The record asks this process to leave. */
    record Dismissed() implements Beat {}

    /** The record is gone. */
    record Missing() implements Beat {}

    /** The record is another process's. */
    record Replaced() implements Beat {}
  }

  private static final String NODES = "nodes";
  private static final String MEMBERS = "members";

  private final Store store;
  private final KeyValues keyValues;
  private final KeySpace keys;
  private final Key clusterId;
  private final Key leader;
  private final ClusterCodec codec;

  ClusterRepository(Store store, String prefix, String electionKey, ClusterCodec codec) {
    this.store = store;
    this.keyValues = store.keyValues();
    this.keys = KeySpace.of(prefix);
    this.clusterId = keys.key("cluster-id");
    this.leader = Key.utf8(electionKey);
    this.codec = codec;
  }

  KeyRange nodes() {
    return keys.below(NODES);
  }

  KeyRange members() {
    return keys.below(MEMBERS);
  }

  /** Returns the id that a key of {@link #nodes} or {@link #members} is for. */
  Optional<String> idOf(Key key) {
    return keys.parse(key).filter(segments -> segments.size() == 2).map(List::getLast);
  }

  /** Writes the identity of the cluster if there is none, and returns the one that is there. */
  ClusterId identify(ClusterId mine) throws UnreadableRecordException {
    Commit commit =
        keyValues.commit(
            Transaction.when(Condition.absent(clusterId))
                .then(Put.of(clusterId, codec.encode(mine)))
                .otherwise(Read.of(clusterId)));
    return commit.conditionsHeld()
        ? mine
        : codec.decodeClusterId(commit.read(0).entries().getFirst().value());
  }

  /** Writes the record of a process, unless another process has the id. */
  Registration register(NodeRecord record, LeaseId lease) {
    Key key = keys.key(NODES, record.id());
    Put put = Put.of(key, codec.encode(record)).withLease(lease);
    Commit first =
        keyValues.commit(Transaction.when(Condition.absent(key)).then(put).otherwise(Read.of(key)));
    if (first.conditionsHeld()) {
      return new Registration.Registered(first.revision(), first.revision());
    }
    Entry present = first.read(0).entries().getFirst();
    NodeRecord by;
    try {
      by = codec.decodeNode(present.value());
    } catch (UnreadableRecordException unreadable) {
      return new Registration.Blocked(unreadable.problem());
    }
    if (!by.incarnation().equals(record.incarnation())) {
      return new Registration.Taken(present.modified(), by);
    }
    // Its own, from a session that is not over in the store or a write whose outcome was unknown.
    // Deleted and created anew, so that everyone sees a new registration.
    keyValues.commit(Transaction.when(Condition.unchanged(present)).then(Delete.of(key)));
    Commit second = keyValues.commit(Transaction.when(Condition.absent(key)).then(put));
    return second.conditionsHeld()
        ? new Registration.Registered(second.revision(), second.revision())
        : new Registration.Taken(second.revision(), by);
  }

  /** Writes the record of a process again, if it is still the one written last. */
  Beat beat(NodeRecord record, Revision created, Revision lastModified) {
    Key key = keys.key(NODES, record.id());
    Put put = Put.of(key, codec.encode(record)).keepingLease();
    Commit commit =
        keyValues.commit(
            Transaction.when(modifiedAt(key, lastModified)).then(put).otherwise(Read.of(key)));
    if (commit.conditionsHeld()) {
      return new Beat.Written(commit.revision());
    }
    List<Entry> found = commit.read(0).entries();
    if (found.isEmpty()) {
      return new Beat.Missing();
    }
    Entry present = found.getFirst();
    if (!present.created().equals(created)) {
      return new Beat.Replaced();
    }
    try {
      if (codec.decodeNode(present.value()).stopped()) {
        return new Beat.Dismissed();
      }
    } catch (UnreadableRecordException overwritten) {
      // The record is this process's, so what it writes repairs it.
    }
    Commit again = keyValues.commit(Transaction.when(Condition.unchanged(present)).then(put));
    return again.conditionsHeld() ? new Beat.Written(again.revision()) : new Beat.Missing();
  }

  /** Marks the record of a process as leaving; returns whether it was there. */
  boolean markStopped(NodeRecord record, Revision created) {
    Key key = keys.key(NODES, record.id());
    return keyValues
        .commit(
            Transaction.when(new Condition.Created(KeyRange.single(key), Relation.EQUAL, created))
                .then(Put.of(key, codec.encode(record)).keepingLease()))
        .conditionsHeld();
  }

  /** Writes who leads, if the leadership is still held in the store. */
  boolean publish(LeaderRecord record, LeaseId lease, Condition stillHeld) {
    return keyValues
        .commit(
            Transaction.when(stillHeld).then(Put.of(leader, codec.encode(record)).withLease(lease)))
        .conditionsHeld();
  }

  /** Returns since when the leader of a term leads, if it says so. */
  Optional<Instant> electedAt(long term) {
    Optional<Entry> entry = keyValues.get(leader);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    try {
      LeaderRecord record = codec.decodeLeader(entry.get().value());
      return record.term() == term ? Optional.of(record.electedAt()) : Optional.empty();
    } catch (UnreadableRecordException foreign) {
      return Optional.empty();
    }
  }

  /** Returns where the process of an id says it is, if one is registered. */
  Optional<String> addressOf(String id) {
    Optional<Entry> entry = keyValues.get(keys.key(NODES, id));
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(codec.decodeNode(entry.get().value()).address());
    } catch (UnreadableRecordException unreadable) {
      return Optional.empty();
    }
  }

  /** Declares a member unless the id is declared already; returns what is declared then. */
  DeclaredMember declare(DeclaredMember member) {
    Key key = keys.key(MEMBERS, member.id());
    Bytes value = codec.encode(member);
    Commit commit =
        keyValues.commit(
            Transaction.when(Condition.absent(key))
                .then(Put.of(key, value))
                .otherwise(Read.of(key)));
    if (commit.conditionsHeld()) {
      return member;
    }
    Entry present = commit.read(0).entries().getFirst();
    try {
      return codec.decodeMember(present.value());
    } catch (UnreadableRecordException unreadable) {
      // Nobody can have meant it, and nobody else can repair it.
      return keyValues.replace(present, value).isPresent() ? member : declare(member);
    }
  }

  /**
   * Removes the declaration of a node and asks its process to leave, in one transaction; nothing if
   * there is neither.
   */
  Optional<Leaving> dismiss(String id) {
    Key node = keys.key(NODES, id);
    Key member = keys.key(MEMBERS, id);
    while (true) {
      Optional<Entry> present = keyValues.get(node);
      if (present.isEmpty()) {
        return undeclare(member);
      }
      Entry entry = present.get();
      Optional<Bytes> stopped = stopped(entry);
      Transaction leave =
          Transaction.when(Condition.unchanged(entry))
              .then(
                  stopped.isPresent()
                      ? Put.of(node, stopped.get()).keepingLease()
                      : Delete.of(node),
                  Delete.of(member));
      // A heartbeat may come in between; then the new version is tried.
      if (keyValues.commit(leave).conditionsHeld()) {
        return Optional.of(stopped.isPresent() ? Leaving.LEAVING : Leaving.REMOVED);
      }
    }
  }

  /**
   * Removes the declaration of a node and ends its session: its record, its candidacy and its
   * leadership go in one revision. Nothing if there is neither.
   */
  Optional<Leaving> expel(String id) {
    Optional<Entry> present = keyValues.get(keys.key(NODES, id));
    Optional<Leaving> undeclared = undeclare(keys.key(MEMBERS, id));
    if (present.isEmpty()) {
      return undeclared;
    }
    if (present.get().lease().isEmpty()) {
      keyValues.delete(present.get().key());
      return Optional.of(Leaving.REMOVED);
    }
    try {
      store.leases().revoke(present.get().lease().get());
    } catch (RequestRefusedException refused) {
      if (refused.reason() != RequestRefusedException.Reason.LEASE_NOT_FOUND) {
        throw refused;
      }
      // It ended by itself in the meantime.
    }
    return Optional.of(Leaving.ENDED);
  }

  private Optional<Leaving> undeclare(Key member) {
    return keyValues.delete(member) ? Optional.of(Leaving.REMOVED) : Optional.empty();
  }

  /** Returns the record marked as leaving; nothing if no process can be behind it. */
  private Optional<Bytes> stopped(Entry entry) {
    if (entry.lease().isEmpty()) {
      return Optional.empty();
    }
    try {
      NodeRecord record = codec.decodeNode(entry.value());
      return Optional.of(codec.encode(record.stopping(record.lastSeen())));
    } catch (UnreadableRecordException unreadable) {
      return Optional.empty();
    }
  }

  private static Condition modifiedAt(Key key, Revision revision) {
    return new Condition.Modified(KeyRange.single(key), Relation.EQUAL, revision);
  }
}
