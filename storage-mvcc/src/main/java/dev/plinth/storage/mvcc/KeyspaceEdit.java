package dev.plinth.storage.mvcc;

import static dev.plinth.spi.RequestRefusedException.Reason.FUTURE_REVISION;
import static dev.plinth.spi.RequestRefusedException.Reason.KEY_NOT_FOUND;
import static dev.plinth.spi.RequestRefusedException.Reason.LEASE_EXISTS;
import static dev.plinth.spi.RequestRefusedException.Reason.LEASE_NOT_FOUND;
import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The making of the next keyspace: any number of changes, each whole or not at all, each at a
 * revision of its own, and then {@link #finish}.
 *
 * <p>One thread at a time. A change that throws a {@link dev.plinth.spi.StoreException} has done
 * nothing, and the edit goes on; after anything else that is thrown, throw the edit away. Requests
 * have passed {@link dev.plinth.spi.RequestRules} before.
 */
public final class KeyspaceEdit {
  /*
   * Nodes made under `owner` are edited in place. When a chunk of the history is full, the data is
   * kept as the start of the next one, so from there on a new owner protects it.
   */
  private Owner owner = new Owner();
  private Revision revision;
  private long compacted;
  private KeyTree<Entry> data;
  private History history;
  private KeyTree<LeaseRecord> leases;
  private long grants;

  /** What the running change did: none, one, or one and more. */
  private @Nullable Mutation firstMutation;

  private @Nullable List<Mutation> mutations;

  private long mutationBytes;

  /** The data before the running change, if the history needs that. */
  private KeyTree<Entry> dataBefore;

  KeyspaceEdit(
      Revision revision,
      long compacted,
      KeyTree<Entry> data,
      History history,
      KeyTree<LeaseRecord> leases,
      long grants) {
    this.revision = revision;
    this.compacted = compacted;
    this.data = data;
    this.dataBefore = data;
    this.history = history;
    this.leases = leases;
    this.grants = grants;
  }

  /**
   * Returns what was made; the edit must not be used afterwards.
   *
   * @return the next keyspace
   */
  public Keyspace finish() {
    return new Keyspace(revision, compacted, data, history, leases, grants);
  }

  /**
   * Returns the revision that was reached.
   *
   * @return the revision
   */
  public Revision revision() {
    return revision;
  }

  /**
   * Returns one key as it is now.
   *
   * @param key which
   * @return its entry, or null if it is missing
   */
  public @Nullable Entry get(Key key) {
    return data.get(key);
  }

  /**
   * Returns a lease as it is now.
   *
   * @param id which
   * @return the lease, if there is one
   */
  public Optional<LeaseRecord> lease(LeaseId id) {
    return Optional.ofNullable(leases.get(LeaseRecord.keyOf(id)));
  }

  /**
   * Returns all leases as they are now.
   *
   * @return in the order of their numbers
   */
  public List<LeaseRecord> leases() {
    return leases.values();
  }

  /**
   * Writes one key and detaches it from its lease.
   *
   * @param key which
   * @param value its content
   * @return the revision of the new version
   */
  public Revision put(Key key, Bytes value) {
    begin();
    Write write = new Write(key, value, Optional.empty(), revision.next());
    write(write);
    end(write.next);
    return write.next;
  }

  /**
   * Applies a transaction.
   *
   * @param transaction what, and when
   * @return what it did
   * @throws RequestRefusedException if a lease or a kept key is missing, or a revision lies ahead
   * @throws HistoryLostException if a read in it asks for a compacted revision
   */
  public Commit commit(Transaction transaction) {
    Path path = choose(transaction);
    check(path);
    begin();
    Revision next = revision.next();
    Commit commit = run(path, next);
    end(next);
    return commit;
  }

  /**
   * Grants a lease.
   *
   * @param id a name other than {@link LeaseId#NONE}
   * @param ttl whole seconds
   * @return the lease
   * @throws RequestRefusedException if the name is taken
   */
  public LeaseRecord grant(LeaseId id, Duration ttl) {
    if (id.equals(LeaseId.NONE)) {
      throw new IllegalArgumentException("no lease has the id 0");
    }
    Key key = LeaseRecord.keyOf(id);
    if (leases.get(key) != null) {
      throw new RequestRefusedException(LEASE_EXISTS);
    }
    LeaseRecord lease = new LeaseRecord(id, ttl.toSeconds(), grants + 1, KeyTree.empty());
    grants++;
    leases = leases.with(key, lease, owner);
    return lease;
  }

  /**
   * Ends a lease and deletes the keys attached to it, in key order, in one revision.
   *
   * @param id which
   * @return the revision afterwards
   * @throws RequestRefusedException if there is no such lease
   */
  public Revision revoke(LeaseId id) {
    Key name = LeaseRecord.keyOf(id);
    LeaseRecord lease = leases.get(name);
    if (lease == null) {
      throw new RequestRefusedException(LEASE_NOT_FOUND);
    }
    begin();
    leases = leases.without(name, owner);
    Revision next = revision.next();
    for (Key key : lease.keys()) {
      Entry before = data.get(key);
      if (before != null) {
        remove(before, next);
      }
    }
    end(next);
    return revision;
  }

  /**
   * Gives up history.
   *
   * @param oldest the oldest revision that stays readable
   * @throws HistoryLostException if it is not above the last compaction
   * @throws RequestRefusedException if it is above the current revision
   */
  public void compact(Revision oldest) {
    if (oldest.value() <= compacted) {
      throw new HistoryLostException(Revision.of(Math.max(0, compacted)));
    }
    if (oldest.isAfter(revision)) {
      throw new RequestRefusedException(FUTURE_REVISION);
    }
    compacted = oldest.value();
    history = history.from(compacted);
  }

  /**
   * Returns the oldest readable revision.
   *
   * @return zero if nothing was compacted
   */
  public Revision compacted() {
    return Revision.of(Math.max(0, compacted));
  }

  /**
   * Adds up the keys and values of the history.
   *
   * @return bytes
   */
  public long historyBytes() {
    return history.bytes();
  }

  /**
   * Finds where to compact so that the history becomes small.
   *
   * @param bytes how large it may stay
   * @return the oldest revision that can stay; the newest few stay however large they are
   */
  public Revision oldestWithin(long bytes) {
    return Revision.of(history.oldestWithin(bytes));
  }

  private void begin() {
    firstMutation = null;
    mutations = null;
    mutationBytes = 0;
    if (history.isChunkFull()) {
      dataBefore = data;
      owner = new Owner();
    }
  }

  private void end(Revision next) {
    if (firstMutation != null) {
      Revised newest = history.newest();
      Revised revised =
          mutations == null ? new Revised(firstMutation, newest) : new Revised(mutations, newest);
      history = history.with(revised, mutationBytes, dataBefore);
      revision = next;
    }
  }

  private void add(Mutation mutation) {
    if (firstMutation == null) {
      firstMutation = mutation;
      return;
    }
    if (mutations == null) {
      mutations = new ArrayList<>();
      mutations.add(firstMutation);
    }
    mutations.add(mutation);
  }

  private DataView view() {
    return new DataView(data, history, revision.value(), compacted, firstMutation != null);
  }

  /** The branch that a transaction takes, with those that nested ones take, in order. */
  private record Path(boolean held, List<Operation> operations, List<Path> nested) {}

  /** Nothing is applied yet, so all conditions look at the state before the transaction. */
  private Path choose(Transaction transaction) {
    boolean held = true;
    for (Condition condition : transaction.conditions()) {
      if (!holds(condition)) {
        held = false;
        break;
      }
    }
    List<Operation> operations = held ? transaction.then() : transaction.otherwise();
    List<Path> nested = List.of();
    for (Operation operation : operations) {
      if (operation instanceof Transaction inner) {
        if (nested.isEmpty()) {
          nested = new ArrayList<>();
        }
        nested.add(choose(inner));
      }
    }
    return new Path(held, operations, nested);
  }

  private boolean holds(Condition condition) {
    KeyRange range = condition.range();
    if (range.isSingle()) {
      Entry entry = data.get(range.start());
      return entry == null ? condition.holdsForMissing() : condition.holdsFor(entry);
    }
    boolean[] seen = {false, true};
    DataView.visit(
        data,
        range,
        entry -> {
          seen[0] = true;
          seen[1] = condition.holdsFor(entry);
          return seen[1];
        });
    return seen[0] ? seen[1] : condition.holdsForMissing();
  }

  /**
   * Whatever could fail fails here, before the first change. Where several parts are wrong, the
   * first is named that etcd names: puts come before reads, however deep.
   */
  private void check(Path path) {
    checkPuts(path);
    checkReads(path);
  }

  private void checkPuts(Path path) {
    int nested = 0;
    for (Operation operation : path.operations()) {
      switch (operation) {
        case Put put -> check(put);
        case Transaction inner -> checkPuts(path.nested().get(nested++));
        case Read read -> {}
        case Delete delete -> {}
      }
    }
  }

  private void checkReads(Path path) {
    int nested = 0;
    for (Operation operation : path.operations()) {
      switch (operation) {
        case Read read -> view().check(read.revision());
        case Transaction inner -> checkReads(path.nested().get(nested++));
        case Put put -> {}
        case Delete delete -> {}
      }
    }
  }

  private void check(Put put) {
    boolean keeps = put.value().isEmpty() || put.lease() instanceof Put.Attachment.Kept;
    if (keeps && data.get(put.key()) == null) {
      throw new RequestRefusedException(KEY_NOT_FOUND);
    }
    if (put.lease() instanceof Put.Attachment.To to
        && leases.get(LeaseRecord.keyOf(to.lease())) == null) {
      throw new RequestRefusedException(LEASE_NOT_FOUND);
    }
  }

  private Commit run(Path path, Revision next) {
    List<Outcome> outcomes = new ArrayList<>(path.operations().size());
    int nested = 0;
    for (Operation operation : path.operations()) {
      outcomes.add(
          switch (operation) {
            case Put put -> run(put, next);
            case Delete delete -> run(delete, next);
            case Read read -> view().read(read, header(next));
            case Transaction inner -> run(path.nested().get(nested++), next);
          });
    }
    return new Commit(header(next), path.held(), outcomes);
  }

  /** The new revision once the transaction changed something. */
  private Revision header(Revision next) {
    return firstMutation == null ? revision : next;
  }

  private Outcome.Written run(Put put, Revision next) {
    boolean keepsLease = put.lease() instanceof Put.Attachment.Kept;
    Write write;
    if (keepsLease || put.value().isEmpty()) {
      Entry kept = existing(put.key());
      write =
          new Write(
              put.key(),
              put.value().orElse(kept.value()),
              keepsLease ? kept.lease() : leaseOf(put),
              next);
    } else {
      write = new Write(put.key(), put.value().get(), leaseOf(put), next);
    }
    write(write);
    return new Outcome.Written(
        next, put.returnsPrevious() ? Optional.ofNullable(write.before) : Optional.empty());
  }

  private static Optional<LeaseId> leaseOf(Put put) {
    return put.lease() instanceof Put.Attachment.To to ? Optional.of(to.lease()) : Optional.empty();
  }

  private Entry existing(Key checked) {
    Entry entry = data.get(checked);
    if (entry == null) {
      throw new IllegalStateException("a kept key vanished between check and change");
    }
    return entry;
  }

  private Outcome.Deleted run(Delete delete, Revision next) {
    List<Entry> found = new ArrayList<>();
    DataView.visit(
        data,
        delete.range(),
        entry -> {
          found.add(entry);
          return true;
        });
    for (Entry entry : found) {
      remove(entry, next);
      entry.lease().ifPresent(lease -> detach(lease, entry.key()));
    }
    return new Outcome.Deleted(
        header(next), found.size(), delete.returnsPrevious() ? found : List.of());
  }

  /** A put on its way into the tree, which tells it what was there. */
  private static final class Write implements KeyTree.Step<Entry> {
    private final Key key;
    private final Bytes value;
    private final Optional<LeaseId> lease;
    private final Revision next;
    private @Nullable Entry before;
    private @Nullable Entry made;

    Write(Key key, Bytes value, Optional<LeaseId> lease, Revision next) {
      this.key = key;
      this.value = value;
      this.lease = lease;
      this.next = next;
    }

    @Override
    public Entry after(@Nullable Entry found) {
      before = found;
      made = Mutation.successor(found, key, value, lease, next);
      return made;
    }
  }

  private void write(Write write) {
    data = data.with(write.key, write, owner);
    Entry before = write.before;
    Entry after = requireNonNull(write.made);
    if (before == null) {
      after.lease().ifPresent(id -> attach(id, after.key()));
    } else if (!before.lease().equals(after.lease())) {
      before.lease().ifPresent(id -> detach(id, after.key()));
      after.lease().ifPresent(id -> attach(id, after.key()));
    }
    // The key that was given is at hand; the equal one in the tree would have to be fetched.
    mutationBytes += write.key.size() + write.value.size();
    add(new Mutation(after, before));
  }

  private void remove(Entry before, Revision next) {
    Key key = before.key();
    data = data.without(key, owner);
    mutationBytes += key.size();
    add(new Mutation(Mutation.tombstone(key, next), before));
  }

  private void attach(LeaseId id, Key key) {
    change(id, key, true);
  }

  private void detach(LeaseId id, Key key) {
    change(id, key, false);
  }

  private void change(LeaseId id, Key key, boolean attached) {
    Key name = LeaseRecord.keyOf(id);
    LeaseRecord lease = leases.get(name);
    if (lease != null) {
      leases =
          leases.with(
              name, attached ? lease.attached(key, owner) : lease.detached(key, owner), owner);
    }
  }
}
