package dev.plinth.service.labmgr.resource;

import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The keys of resources: one key for each, its value the whole resource as JSON without its
 * version, which is the key's revision. Every write is conditional on the version it stands on.
 *
 * <p>Thread-safe.
 */
final class ResourceRepository {
  private static final int SCAN_PAGE = 500;

  private final Store store;
  private final ResourceKeys keys;
  private final ResourceCodec codec;

  /**
   * A stretch of a list.
   *
   * @param items in order of names
   * @param revision all of them as of this one
   * @param remaining how many follow
   * @param last the key of the last one, if there was any
   */
  record Stretch(List<Stored> items, Revision revision, long remaining, Optional<Key> last) {
    Stretch {
      items = List.copyOf(items);
    }
  }

  @Inject
  ResourceRepository(Store store, ResourceKeys keys, ResourceCodec codec) {
    this.store = store;
    this.keys = keys;
    this.codec = codec;
  }

  Optional<Stored> find(ResourceKind kind, ResourceName name) {
    return values().get(keys.key(kind, name)).map(entry -> codec.decode(kind.name(), name, entry));
  }

  Key key(ResourceKind kind, ResourceName name) {
    return keys.key(kind, name);
  }

  /** Says whether a key may be one of a list. */
  boolean owns(ResourceKind kind, String namespace, Key key) {
    return keys.range(kind, namespace).contains(key);
  }

  Revision current() {
    return values().current();
  }

  /** Writes a resource that is not there; nothing if there is one. */
  Optional<LabResource> create(ResourceKind kind, LabResource resource) {
    return values()
        .create(keys.key(kind, resource.name()), codec.encode(resource))
        .map(resource::at);
  }

  /** Writes a resource over the version it stands on; nothing if that is not the current one. */
  Optional<LabResource> replace(ResourceKind kind, LabResource next, List<Condition> guards) {
    Key key = keys.key(kind, next.name());
    Commit commit =
        values()
            .commit(
                new Transaction(
                    guarded(key, next.revision(), guards),
                    List.of(Put.of(key, codec.encode(next)).keepingLease()),
                    List.of()));
    return commit.conditionsHeld() ? Optional.of(next.at(commit.revision())) : Optional.empty();
  }

  /** Deletes the version that is given; nothing if that is not the current one. */
  Optional<LabResource> remove(ResourceKind kind, LabResource last, List<Condition> guards) {
    Key key = keys.key(kind, last.name());
    Commit commit =
        values()
            .commit(
                new Transaction(
                    guarded(key, last.revision(), guards), List.of(Delete.of(key)), List.of()));
    return commit.conditionsHeld() ? Optional.of(last.at(commit.revision())) : Optional.empty();
  }

  private static List<Condition> guarded(Key key, Revision version, List<Condition> guards) {
    List<Condition> conditions = new ArrayList<>(guards);
    conditions.add(new Condition.Modified(KeyRange.single(key), Relation.EQUAL, version));
    return conditions;
  }

  /** Reads the first stretch of a list, as it is now. */
  Stretch list(ResourceKind kind, String namespace, int limit) {
    return stretch(kind, Read.of(keys.range(kind, namespace)).limitedTo(limit));
  }

  /** Reads a later stretch of a list, as it was. */
  Stretch list(ResourceKind kind, String namespace, int limit, Revision at, Key after) {
    KeyRange all = keys.range(kind, namespace);
    Key next = after.next();
    KeyRange rest =
        all.end().map(end -> KeyRange.between(next, end)).orElseGet(() -> KeyRange.from(next));
    Stretch read = stretch(kind, Read.of(rest).at(at).limitedTo(limit));
    return new Stretch(read.items(), at, read.remaining(), read.last());
  }

  private Stretch stretch(ResourceKind kind, Read read) {
    Slice slice = values().read(read);
    List<Stored> items = new ArrayList<>();
    slice.entries().forEach(entry -> decode(kind, entry).ifPresent(items::add));
    return new Stretch(
        items,
        slice.revision(),
        slice.count() - slice.entries().size(),
        slice.entries().isEmpty()
            ? Optional.empty()
            : Optional.of(slice.entries().getLast().key()));
  }

  /** Reads a whole list at one revision, in stretches that every store can answer. */
  Stretch scan(ResourceKind kind, String namespace) {
    Stretch first = list(kind, namespace, SCAN_PAGE);
    List<Stored> items = new ArrayList<>(first.items());
    Stretch last = first;
    while (last.remaining() > 0 && last.last().isPresent()) {
      last = list(kind, namespace, SCAN_PAGE, first.revision(), last.last().get());
      items.addAll(last.items());
    }
    return new Stretch(items, first.revision(), 0, last.last());
  }

  private Optional<Stored> decode(ResourceKind kind, Entry entry) {
    return keys.parse(entry.key())
        .filter(place -> place.plural().equals(kind.plural()))
        .map(place ->
            place.name().isValid()
                ? codec.decode(kind.name(), place.name(), entry)
                : new Stored.Unreadable(
                    place.name(), entry.modified(), "its key is not a name of a resource"));
  }

  /** Refuses a revision whose successors are no longer all known. */
  void requireHistory(ResourceKind kind, Revision seen) {
    if (current().isAfter(seen)) {
      Key any = keys.key(kind, new ResourceName(ResourceName.DEFAULT_NAMESPACE, "a"));
      values().read(Read.of(any).at(seen.next()).keysOnly());
    }
  }

  /**
   * Follows a list from behind the revision that was seen. A watch that begins at a revision still
   * to come is not marked before that is reached; so one that has seen the present begins with the
   * present, and leaves out what it saw.
   */
  ResourceWatch watch(
      ResourceKind kind, String namespace, Selector selector, Revision seen, Duration bookmarks) {
    boolean present = !current().isAfter(seen);
    Watch watch =
        store
            .watches()
            .open(
                WatchOptions.of(keys.range(kind, namespace))
                    .from(present ? seen : seen.next())
                    .withPreviousValues()
                    .withProgressEvery(bookmarks));
    return new Following(kind, selector, seen, watch);
  }

  private KeyValues values() {
    return store.keyValues();
  }

  /** A watch of the store, told as events of resources. */
  private final class Following implements ResourceWatch {
    private final ResourceKind kind;
    private final Selector selector;
    private final Revision seen;
    private final Watch watch;

    private Following(ResourceKind kind, Selector selector, Revision seen, Watch watch) {
      this.kind = kind;
      this.selector = selector;
      this.seen = seen;
      this.watch = watch;
    }

    @Override
    public List<ResourceEvent> next() throws InterruptedException {
      WatchBatch batch = watch.next();
      if (batch.isProgress()) {
        return List.of(new ResourceEvent.Bookmark(batch.revision(), false));
      }
      List<ResourceEvent> events = new ArrayList<>();
      batch.changes().stream()
          .filter(change -> change.revision().isAfter(seen))
          .forEach(change -> tell(change).ifPresent(events::add));
      return events;
    }

    private Optional<ResourceEvent> tell(Change change) {
      Optional<LabResource> before =
          change
              .previous()
              .flatMap(entry -> decode(kind, entry))
              .flatMap(ResourceRepository::readable)
              .filter(resource -> selector.selects(kind, resource));
      Revision revision = change.revision();
      if (change.kind() == Change.Kind.DELETE) {
        return before.map(last -> new ResourceEvent.Deleted(last.at(revision), revision));
      }
      return decode(kind, change.entry())
          .flatMap(now ->
              switch (now) {
                case Stored.Unreadable unreadable ->
                    Optional.of(new ResourceEvent.Invalid(unreadable, revision));
                case LabResource resource -> tell(before.isPresent(), resource);
              });
    }

    private Optional<ResourceEvent> tell(boolean wasInView, LabResource resource) {
      Revision revision = resource.revision();
      if (selector.selects(kind, resource)) {
        return Optional.of(
            wasInView
                ? new ResourceEvent.Modified(resource, revision)
                : new ResourceEvent.Added(resource, revision));
      }
      return wasInView
          ? Optional.of(new ResourceEvent.Deleted(resource, revision))
          : Optional.empty();
    }

    @Override
    public void close() {
      watch.close();
    }
  }

  private static Optional<LabResource> readable(Stored stored) {
    return switch (stored) {
      case LabResource resource -> Optional.of(resource);
      case Stored.Unreadable unreadable -> Optional.empty();
    };
  }
}
