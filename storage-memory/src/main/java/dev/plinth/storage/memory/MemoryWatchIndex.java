package dev.plinth.storage.memory;

import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.Mutation;
import dev.plinth.storage.mvcc.Revised;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The open watches, found by the keys they match. Belongs to the writer. */
final class MemoryWatchIndex {
  private final MemoryKeyIndex keys = new MemoryKeyIndex();

  /** The others: ranges that are no prefix. */
  private final MemoryRangeTree ranges = new MemoryRangeTree();

  private final Set<MemoryWatch> all = new HashSet<>();

  /** Those that start ahead: progress they asked for waits until then. */
  private final PriorityQueue<MemoryWatch> ahead =
      new PriorityQueue<>(Comparator.comparingLong(MemoryWatch::start));

  boolean isEmpty() {
    return all.isEmpty();
  }

  void add(MemoryWatch watch, Revision current) {
    all.add(watch);
    KeyRange range = watch.range();
    if (MemoryKeyIndex.holds(range)) {
      keys.add(range, watch);
    } else {
      ranges.add(range, watch);
    }
    if (watch.start() > current.value()) {
      ahead.add(watch);
    }
  }

  void remove(MemoryWatch watch) {
    if (!all.remove(watch)) {
      return;
    }
    KeyRange range = watch.range();
    if (MemoryKeyIndex.holds(range)) {
      keys.remove(range, watch);
    } else {
      ranges.remove(range, watch);
    }
    ahead.remove(watch);
  }

  List<MemoryWatch> watches() {
    return List.copyOf(all);
  }

  void clear() {
    watches().forEach(this::remove);
  }

  /**
   * Offers new revisions to the watches that they match.
   *
   * @return the watches whose readers must be woken
   */
  List<MemoryWatch> tell(Keyspace keyspace, Revision first) {
    Offers offers = new Offers();
    try {
      boolean complete = keyspace.forEachRevision(first, offers);
      while (complete
          && !ahead.isEmpty()
          && ahead.element().start() <= keyspace.revision().value()) {
        MemoryWatch reached = ahead.remove();
        if (reached.isReached()) {
          offers.wake(reached);
        }
      }
      return offers.ready;
    } catch (OutOfMemoryError full) {
      // Nobody knows who was told, so all look into the history themselves.
      all.forEach(MemoryWatch::readHistory);
      return watches();
    }
  }

  /** Offers revisions. Most match no watch, so nothing is made before one does. */
  private final class Offers implements Predicate<Revised> {
    List<MemoryWatch> ready = List.of();

    @Override
    public boolean test(Revised revised) {
      for (int i = 0; i < revised.size(); i++) {
        Mutation mutation = revised.mutation(i);
        Consumer<MemoryWatch> offer =
            watch -> {
              if (watch.offer(revised, mutation)) {
                wake(watch);
              }
            };
        keys.forEachWith(mutation.key(), offer);
        ranges.forEachWith(mutation.key(), offer);
      }
      return true;
    }

    void wake(MemoryWatch watch) {
      if (ready.isEmpty()) {
        ready = new ArrayList<>();
      }
      ready.add(watch);
    }
  }
}
