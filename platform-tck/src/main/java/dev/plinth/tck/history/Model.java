package dev.plinth.tck.history;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a transaction or a read does to a map of entries: the contract in its simplest form, to
 * compare answers with.
 */
final class Model {
  /** What a transaction leaves, answers and changes. */
  record Applied(NavigableMap<Key, Entry> state, Commit commit, List<Change> changes) {}

  private final NavigableMap<Key, Entry> before;
  private final NavigableMap<Key, Entry> state;
  private final Revision next;
  private final List<Change> changes = new ArrayList<>();

  private Model(NavigableMap<Key, Entry> before, Revision next) {
    this.before = before;
    this.state = new TreeMap<>(before);
    this.next = next;
  }

  /** Applies a transaction to a state whose next revision is given. */
  static Applied apply(NavigableMap<Key, Entry> before, Transaction transaction, Revision next) {
    Model model = new Model(before, next);
    Commit commit = model.run(transaction);
    return new Applied(
        model.changes.isEmpty() ? before : model.state, commit, List.copyOf(model.changes));
  }

  /** Ends a lease. */
  static Applied end(NavigableMap<Key, Entry> before, LeaseId lease, Revision next) {
    Model model = new Model(before, next);
    for (Entry entry : before.values()) {
      if (entry.lease().equals(Optional.of(lease))) {
        model.remove(entry);
      }
    }
    return new Applied(
        model.state, new Commit(model.current(), true, List.of()), List.copyOf(model.changes));
  }

  /** Whether a state satisfies a condition. */
  static boolean holds(NavigableMap<Key, Entry> state, Condition condition) {
    List<Entry> entries = within(state, condition.range());
    return entries.isEmpty()
        ? condition.holdsForMissing()
        : entries.stream().allMatch(condition::holdsFor);
  }

  /** Answers a read of a state. */
  static Slice read(NavigableMap<Key, Entry> state, Read read, Revision header) {
    List<Entry> all = within(state, read.range());
    List<Entry> shown = new ArrayList<>(all);
    shown.removeIf(entry -> !read.filter().shows(entry));
    Comparator<Entry> order =
        switch (read.order().target()) {
          case KEY -> Comparator.comparing(Entry::key);
          case VERSION -> Comparator.comparingLong(Entry::version);
          case CREATED -> Comparator.comparing(Entry::created);
          case MODIFIED -> Comparator.comparing(Entry::modified);
          case VALUE -> Comparator.comparing(Entry::value);
        };
    shown.sort(read.order().direction() == Read.Direction.DESCENDING ? order.reversed() : order);
    boolean more = read.limit() > 0 && shown.size() > read.limit();
    List<Entry> cut = more ? shown.subList(0, Math.toIntExact(read.limit())) : shown;
    return switch (read.projection()) {
      case ENTRIES -> new Slice(header, cut, all.size(), more);
      case KEYS ->
          new Slice(header, cut.stream().map(Entry::withoutValue).toList(), all.size(), more);
      case COUNT -> new Slice(header, List.of(), all.size(), false);
    };
  }

  private static List<Entry> within(NavigableMap<Key, Entry> state, KeyRange range) {
    return state.values().stream().filter(entry -> range.contains(entry.key())).toList();
  }

  private Commit run(Transaction transaction) {
    boolean held = transaction.conditions().stream().allMatch(c -> holds(before, c));
    List<Outcome> outcomes = new ArrayList<>();
    for (Operation operation : held ? transaction.then() : transaction.otherwise()) {
      outcomes.add(
          switch (operation) {
            case Read read -> read(state, read, current());
            case Put put -> put(put);
            case Delete delete -> delete(delete);
            case Transaction nested -> run(nested);
          });
    }
    return new Commit(current(), held, outcomes);
  }

  private Outcome put(Put put) {
    Entry old = state.get(put.key());
    Optional<LeaseId> lease =
        switch (put.lease()) {
          case Put.Attachment.Detached detached -> Optional.empty();
          case Put.Attachment.Kept kept -> old == null ? Optional.empty() : old.lease();
          case Put.Attachment.To to -> Optional.of(to.lease());
        };
    Bytes kept = old == null ? Bytes.EMPTY : old.value();
    Entry entry =
        new Entry(
            put.key(),
            put.value().orElse(kept),
            old == null ? next : old.created(),
            next,
            old == null ? 1 : old.version() + 1,
            lease);
    state.put(put.key(), entry);
    Change change = Change.put(entry);
    changes.add(old == null ? change : change.withPrevious(before.getOrDefault(put.key(), old)));
    return new Outcome.Written(
        next, put.returnsPrevious() ? Optional.ofNullable(old) : Optional.empty());
  }

  private Outcome delete(Delete delete) {
    List<Entry> gone = within(state, delete.range());
    gone.forEach(this::remove);
    return new Outcome.Deleted(current(), gone.size(), delete.returnsPrevious() ? gone : List.of());
  }

  private void remove(Entry entry) {
    state.remove(entry.key());
    changes.add(Change.delete(entry.key(), next).withPrevious(entry));
  }

  private Revision current() {
    return changes.isEmpty() ? Revision.of(next.value() - 1) : next;
  }
}
