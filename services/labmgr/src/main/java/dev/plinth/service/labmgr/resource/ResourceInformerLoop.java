package dev.plinth.service.labmgr.resource;

import dev.plinth.chassis.health.Health;
import dev.plinth.chassis.health.HealthCheck;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.lifecycle.Phase;
import dev.plinth.service.labmgr.resource.ResourceKeys.Place;
import dev.plinth.service.labmgr.resource.ResourceRepository.Stretch;
import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.cache.CacheStatus;
import dev.plinth.spi.cache.CacheUpdate;
import dev.plinth.spi.cache.RangeCache;
import dev.plinth.spi.cache.RangeSnapshot;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every resource in memory, indexed, and says which changed.
 *
 * <p>Thread-safe. One thread follows the cache; whoever searches brings the index up to date first,
 * so that an answer is never older than the question.
 */
final class ResourceInformerLoop implements ResourceFeed, HealthCheck, Managed {
  private static final Logger LOG = LoggerFactory.getLogger(ResourceInformerLoop.class);

  /** How long a search waits for the cache before it asks the store instead; real time. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Store store;
  private final ResourceKeys keys;
  private final ResourceCodec codec;
  private final Map<String, ResourceKind> kinds = new HashMap<>();

  /* Guards the index and the order in which followers are told. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, ResourceIndex> indexes = new HashMap<>();
  private final List<Follower> followers = new CopyOnWriteArrayList<>();
  private Revision indexed = Revision.ZERO;
  private volatile @Nullable RangeCache cache;
  private volatile @Nullable Thread thread;

  private record Follower(String plural, Consumer<ResourceName> told) {}

  @Inject
  ResourceInformerLoop(
      Store store, ResourceKeys keys, ResourceCodec codec, Set<ResourceKind> known) {
    this.store = store;
    this.keys = keys;
    this.codec = codec;
    for (ResourceKind kind : known) {
      kinds.put(kind.plural(), kind);
      indexes.put(kind.plural(), new ResourceIndex(kind));
    }
  }

  @Override
  public Phase phase() {
    return Phase.PREPARE;
  }

  @Override
  public void start() {
    RangeCache opened = RangeCache.open(store, keys.everything());
    cache = opened;
    thread = store.runtime().start("labmgr-informer", () -> run(opened));
  }

  @Override
  public void stop() {
    RangeCache opened = cache;
    Thread running = thread;
    if (opened == null || running == null) {
      return;
    }
    opened.close();
    running.interrupt();
    try {
      running.join();
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(RangeCache opened) {
    try {
      Revision seen = Revision.ZERO;
      while (true) {
        seen = opened.awaitChanges(seen).revision();
        catchUp(opened);
      }
    } catch (HandleClosedException closed) {
      LOG.debug("The informer ends");
    } catch (StoreException over) {
      LOG.atError().setCause(over).log("The informer ends: the store is not the one it was");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Brings the index up to the cache and returns as of which revision it then is. */
  private Revision catchUp(RangeCache opened) {
    lock.lock();
    try {
      RangeSnapshot before = opened.snapshot();
      Optional<CacheUpdate> update = opened.changesSince(indexed);
      if (update.isEmpty()) {
        return before.revision();
      }
      if (update.get().resync()) {
        startOver(update.get().snapshot());
      } else {
        update.get().changes().forEach(this::apply);
      }
      indexed = update.get().revision();
      return indexed;
    } finally {
      lock.unlock();
    }
  }

  private void startOver(RangeSnapshot snapshot) {
    Map<String, List<ResourceName>> before = new HashMap<>();
    indexes.forEach((plural, index) -> before.put(plural, index.names()));
    indexes.values().forEach(ResourceIndex::clear);
    snapshot.forEach(this::put);
    before.forEach((plural, names) -> names.forEach(name -> tell(plural, name)));
    indexes.forEach((plural, index) -> index.names().forEach(name -> tell(plural, name)));
  }

  private void apply(Change change) {
    if (change.kind() == Change.Kind.PUT) {
      put(change.entry());
    } else {
      place(change.key())
          .ifPresent(place -> {
            ResourceIndex index = indexes.get(place.plural());
            if (index != null) {
              index.remove(place.name());
            }
          });
    }
    place(change.key()).ifPresent(place -> tell(place.plural(), place.name()));
  }

  private void put(Entry entry) {
    place(entry.key())
        .ifPresent(place -> {
          ResourceKind kind = kinds.get(place.plural());
          ResourceIndex index = indexes.get(place.plural());
          if (kind != null && index != null) {
            index.put(codec.decode(kind.name(), place.name(), entry));
          }
        });
  }

  private Optional<Place> place(Key key) {
    return keys.parse(key);
  }

  private void tell(String plural, ResourceName name) {
    for (Follower follower : followers) {
      if (follower.plural().equals(plural)) {
        follower.told().accept(name);
      }
    }
  }

  @Override
  public Following follow(ResourceKind kind, Consumer<ResourceName> told) {
    Follower follower = new Follower(kind.plural(), told);
    lock.lock();
    try {
      followers.add(follower);
      ResourceIndex index = indexes.get(kind.plural());
      if (index != null) {
        index.names().forEach(told);
      }
    } finally {
      lock.unlock();
    }
    return () -> followers.remove(follower);
  }

  /**
   * Finds resources as of a revision or later.
   *
   * @param kind their kind
   * @param namespace whose
   * @param selector which
   * @param atLeast what must be seen
   * @return what is meant; nothing if the cache is behind
   */
  Optional<Stretch> search(
      ResourceKind kind, String namespace, Selector selector, Revision atLeast) {
    RangeCache opened = cache;
    ResourceIndex index = indexes.get(kind.plural());
    if (opened == null || index == null) {
      return Optional.empty();
    }
    try {
      if (!opened.awaitRevision(atLeast, PATIENCE)) {
        return Optional.empty();
      }
      lock.lock();
      try {
        Revision revision = catchUp(opened);
        return Optional.of(
            new Stretch(index.search(namespace, selector), revision, 0, Optional.empty()));
      } finally {
        lock.unlock();
      }
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (StoreException behind) {
      return Optional.empty();
    }
  }

  /** Returns how long ago the store was heard of; zero before the start. */
  Duration age() {
    RangeCache opened = cache;
    return opened == null ? Duration.ZERO : opened.status().age();
  }

  @Override
  public String name() {
    return "lab-resources";
  }

  @Override
  public Health check() {
    RangeCache opened = cache;
    if (opened == null) {
      return Health.bad("not started");
    }
    CacheStatus status = opened.status();
    String why = status.cause().map(StoreException::getMessage).orElse("");
    return switch (status.state()) {
      case SYNCED -> Health.good();
      case SYNCING -> Health.bad("not listed yet " + why);
      case STALE -> Health.bad("the store was not heard of for " + status.age() + " " + why);
      case FAILED -> Health.bad("over: " + why);
    };
  }

  /** Returns how many resources of a kind are stored that cannot be read. */
  long invalid(String plural) {
    lock.lock();
    try {
      ResourceIndex index = indexes.get(plural);
      return index == null ? 0 : index.invalid();
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many resources of a kind there are. */
  long count(String plural) {
    lock.lock();
    try {
      ResourceIndex index = indexes.get(plural);
      return index == null ? 0 : index.size();
    } finally {
      lock.unlock();
    }
  }
}
