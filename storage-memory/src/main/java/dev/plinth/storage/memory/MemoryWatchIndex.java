package dev.plinth.storage.memory;

import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.Mutation;
import dev.plinth.storage.mvcc.Revised;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;

/** The open watches, found by the keys they match. Belongs to the writer. */
final class MemoryWatchIndex {
  private final Map<Key, List<MemoryWatch>> exact = new HashMap<>();
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
    if (range.isSingle()) {
      exact.computeIfAbsent(range.start(), key -> new ArrayList<>(1)).add(watch);
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
    if (!range.isSingle()) {
      ranges.remove(range, watch);
    } else {
      exact.computeIfPresent(
          range.start(),
          (key, watches) -> {
            watches.remove(watch);
            return watches.isEmpty() ? null : watches;
          });
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
    List<MemoryWatch> ready = new ArrayList<>();
    try {
      boolean complete =
          keyspace.forEachRevision(
              first,
              revised -> {
                tell(revised, ready);
                return true;
              });
      while (complete
          && !ahead.isEmpty()
          && ahead.element().start() <= keyspace.revision().value()) {
        MemoryWatch reached = ahead.remove();
        if (reached.isReached()) {
          ready.add(reached);
        }
      }
      return ready;
    } catch (OutOfMemoryError full) {
      // Nobody knows who was told, so all look into the history themselves.
      all.forEach(MemoryWatch::readHistory);
      return watches();
    }
  }

  private void tell(Revised revised, List<MemoryWatch> ready) {
    for (int i = 0; i < revised.size(); i++) {
      Mutation mutation = revised.mutation(i);
      Consumer<MemoryWatch> offer =
          watch -> {
            if (watch.offer(revised, mutation)) {
              ready.add(watch);
            }
          };
      if (!exact.isEmpty()) {
        exact.getOrDefault(mutation.key(), List.of()).forEach(offer);
      }
      ranges.forEachWith(mutation.key(), offer);
    }
  }
}
