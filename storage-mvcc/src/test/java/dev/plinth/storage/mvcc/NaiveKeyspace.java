package dev.plinth.storage.mvcc;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
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
import dev.plinth.spi.Slice;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a keyspace should do, in the simplest way: a full copy of the data for each revision, and
 * conditions compared by hand.
 */
final class NaiveKeyspace {
  record Lease(Duration ttl, long generation) {}

  private final List<NavigableMap<Key, Entry>> states = new ArrayList<>();
  private final List<List<Change>> changes = new ArrayList<>();
  private final NavigableMap<LeaseId, Lease> leases = new TreeMap<>();
  private long grants;
  private long compacted = -1;

  NaiveKeyspace() {
    // Revisions 0 and 1 are empty.
    for (int i = 0; i < 2; i++) {
      states.add(new TreeMap<>());
      changes.add(List.of());
    }
  }

  long revision() {
    return states.size() - 1L;
  }

  long compacted() {
    return compacted;
  }

  NavigableMap<Key, Entry> at(long revision) {
    return states.get((int) revision);
  }

  List<Change> changesAt(long revision) {
    return changes.get((int) revision);
  }

  Map<LeaseId, Lease> leases() {
    return leases;
  }

  List<Key> keysOf(LeaseId lease) {
    List<Key> keys = new ArrayList<>();
    for (Entry entry : at(revision()).values()) {
      if (entry.lease().equals(Optional.of(lease))) {
        keys.add(entry.key());
      }
    }
    return keys;
  }

  /** The revision, or what the command answered. */
  Object apply(Command command) {
    return switch (command) {
      case Command.Write write -> new Running().commit(write.transaction());
      case Command.Grant grant -> {
        if (leases.containsKey(grant.id())) {
          throw refused(RequestRefusedException.Reason.LEASE_EXISTS);
        }
        leases.put(grant.id(), new Lease(grant.ttl(), ++grants));
        yield Revision.of(revision());
      }
      case Command.Revoke revoke -> {
        if (!leases.containsKey(revoke.id())) {
          throw refused(RequestRefusedException.Reason.LEASE_NOT_FOUND);
        }
        yield end(revoke.id());
      }
      case Command.Expire expire -> {
        Lease lease = leases.get(expire.id());
        yield lease == null || lease.generation() != expire.generation()
            ? Revision.of(revision())
            : end(expire.id());
      }
      case Command.Compact compact -> {
        long oldest = compact.oldest().value();
        if (oldest <= compacted) {
          throw new HistoryLostException(Revision.of(Math.max(0, compacted)));
        }
        if (oldest > revision()) {
          throw refused(RequestRefusedException.Reason.FUTURE_REVISION);
        }
        compacted = oldest;
        yield Revision.of(revision());
      }
    };
  }

  private Revision end(LeaseId id) {
    Running running = new Running();
    for (Key key : keysOf(id)) {
      running.remove(key);
    }
    leases.remove(id);
    running.finish();
    return Revision.of(revision());
  }

  private static RequestRefusedException refused(RequestRefusedException.Reason reason) {
    return new RequestRefusedException(reason);
  }

  Slice read(Read read) {
    return new Running().read(read);
  }

  /** One transaction on a copy of the data. */
  private final class Running {
    private final NavigableMap<Key, Entry> before = at(revision());
    private final NavigableMap<Key, Entry> now = new TreeMap<>(before);
    private final List<Change> done = new ArrayList<>();

    Commit commit(Transaction transaction) {
      check(transaction);
      Commit commit = run(transaction);
      finish();
      return commit;
    }

    void finish() {
      if (!done.isEmpty()) {
        states.add(now);
        changes.add(done);
      }
    }

    private Revision header() {
      return Revision.of(done.isEmpty() ? revision() : revision() + 1);
    }

    private boolean holds(Transaction transaction) {
      return transaction.conditions().stream().allMatch(this::holds);
    }

    private boolean holds(Condition condition) {
      List<Entry> found = in(before, condition.range());
      if (found.isEmpty()) {
        return !(condition instanceof Condition.Value)
            && holds(
                condition,
                new Entry(
                    Key.utf8("-"), Bytes.EMPTY, Revision.ZERO, Revision.ZERO, 0, Optional.empty()));
      }
      return found.stream().allMatch(entry -> holds(condition, entry));
    }

    private boolean holds(Condition condition, Entry entry) {
      int comparison =
          switch (condition) {
            case Condition.Value value -> entry.value().compareTo(value.operand());
            case Condition.Version version -> Long.compare(entry.version(), version.operand());
            case Condition.Created created ->
                Long.compare(entry.created().value(), created.operand().value());
            case Condition.Modified modified ->
                Long.compare(entry.modified().value(), modified.operand().value());
            case Condition.Lease lease ->
                Long.compare(entry.lease().map(LeaseId::value).orElse(0L), lease.operand().value());
          };
      return switch (condition.relation()) {
        case EQUAL -> comparison == 0;
        case NOT_EQUAL -> comparison != 0;
        case LESS -> comparison < 0;
        case GREATER -> comparison > 0;
      };
    }

    /** Puts come before reads, and of a put its key before its lease: as etcd checks them. */
    private void check(Transaction transaction) {
      List<Operation> path = new ArrayList<>();
      addPath(transaction, path);
      for (Operation operation : path) {
        if (operation instanceof Put put) {
          check(put);
        }
      }
      for (Operation operation : path) {
        if (operation instanceof Read read) {
          checkRevision(read.revision().value());
        }
      }
    }

    private void addPath(Transaction transaction, List<Operation> path) {
      for (Operation operation :
          holds(transaction) ? transaction.then() : transaction.otherwise()) {
        if (operation instanceof Transaction inner) {
          addPath(inner, path);
        } else {
          path.add(operation);
        }
      }
    }

    private void check(Put put) {
      if ((put.value().isEmpty() || put.lease() instanceof Put.Attachment.Kept)
          && !before.containsKey(put.key())) {
        throw refused(RequestRefusedException.Reason.KEY_NOT_FOUND);
      }
      if (put.lease() instanceof Put.Attachment.To to && !leases.containsKey(to.lease())) {
        throw refused(RequestRefusedException.Reason.LEASE_NOT_FOUND);
      }
    }

    private void checkRevision(long revision) {
      if (revision > revision()) {
        throw refused(RequestRefusedException.Reason.FUTURE_REVISION);
      }
      if (revision > 0 && revision < compacted) {
        throw new HistoryLostException(Revision.of(compacted));
      }
    }

    private Commit run(Transaction transaction) {
      boolean held = holds(transaction);
      List<Outcome> outcomes = new ArrayList<>();
      for (Operation operation : held ? transaction.then() : transaction.otherwise()) {
        outcomes.add(
            switch (operation) {
              case Read read -> read(read);
              case Put put -> put(put);
              case Delete delete -> delete(delete);
              case Transaction inner -> run(inner);
            });
      }
      return new Commit(header(), held, outcomes);
    }

    private Entry existing(Key key) {
      return Objects.requireNonNull(now.get(key));
    }

    private Outcome put(Put put) {
      Entry old = now.get(put.key());
      Optional<LeaseId> lease =
          switch (put.lease()) {
            case Put.Attachment.Detached none -> Optional.empty();
            case Put.Attachment.Kept kept -> existing(put.key()).lease();
            case Put.Attachment.To to -> Optional.of(to.lease());
          };
      Bytes value = put.value().isPresent() ? put.value().get() : existing(put.key()).value();
      Revision next = Revision.of(revision() + 1);
      Entry entry =
          new Entry(
              put.key(),
              value,
              old == null ? next : old.created(),
              next,
              old == null ? 1 : old.version() + 1,
              lease);
      now.put(put.key(), entry);
      Change change = Change.put(entry);
      done.add(old == null ? change : change.withPrevious(old));
      return new Outcome.Written(
          next, put.returnsPrevious() ? Optional.ofNullable(old) : Optional.empty());
    }

    private Outcome delete(Delete delete) {
      List<Entry> gone = in(now, delete.range());
      gone.forEach(entry -> remove(entry.key()));
      return new Outcome.Deleted(
          header(), gone.size(), delete.returnsPrevious() ? gone : List.of());
    }

    void remove(Key key) {
      Entry old = existing(key);
      now.remove(key);
      done.add(Change.delete(key, Revision.of(revision() + 1)).withPrevious(old));
    }

    Slice read(Read read) {
      long at = read.revision().value();
      checkRevision(at);
      List<Entry> all = in(at <= 0 ? now : at(at), read.range());
      List<Entry> shown = new ArrayList<>(all.stream().filter(read.filter()::shows).toList());
      Comparator<Entry> order =
          switch (read.order().target()) {
            case KEY -> Comparator.comparing(Entry::key);
            case VERSION -> Comparator.comparingLong(Entry::version);
            case CREATED -> Comparator.comparing(Entry::created);
            case MODIFIED -> Comparator.comparing(Entry::modified);
            case VALUE -> Comparator.comparing(Entry::value);
          };
      shown.sort(read.order().direction() == Read.Direction.ASCENDING ? order : order.reversed());
      boolean cut = read.limit() > 0 && shown.size() > read.limit();
      if (cut) {
        shown = shown.subList(0, (int) read.limit());
      }
      return switch (read.projection()) {
        case COUNT -> new Slice(header(), List.of(), all.size(), false);
        case KEYS ->
            new Slice(header(), shown.stream().map(Entry::withoutValue).toList(), all.size(), cut);
        case ENTRIES -> new Slice(header(), shown, all.size(), cut);
      };
    }

    private List<Entry> in(NavigableMap<Key, Entry> data, KeyRange range) {
      return data.values().stream().filter(entry -> range.contains(entry.key())).toList();
    }
  }
}
