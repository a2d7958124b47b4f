package dev.plinth.storage.memory;

import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Watches on single keys and on prefixes, found by a key they match. Belongs to the writer.
 *
 * <p>Most keys that are written match no watch, however many there are. So one pass over the bytes
 * of a key, with a look at a filter at the end and at each length that a watched prefix has,
 * decides nearly always.
 */
final class MemoryKeyIndex {
  private final Map<Key, List<MemoryWatch>> keys = new HashMap<>();
  private final Map<Key, List<MemoryWatch>> prefixes = new HashMap<>();

  /** How many prefixes there are of each length. */
  private final TreeMap<Integer, Integer> prefixesByLength = new TreeMap<>();

  private int[] lengths = {};

  /** Knows what is in the maps, and what was until it is made anew. */
  private MemoryKeyFilter filter = new MemoryKeyFilter(0);

  /** Whether a range is a single key or a prefix. */
  static boolean holds(KeyRange range) {
    return range.isSingle() || isPrefix(range);
  }

  private static boolean isPrefix(KeyRange range) {
    return !range.start().isEmpty() && range.equals(KeyRange.prefix(range.start()));
  }

  void add(KeyRange range, MemoryWatch watch) {
    Key key = range.start();
    Map<Key, List<MemoryWatch>> watched = range.isSingle() ? keys : prefixes;
    List<MemoryWatch> watches = watched.get(key);
    if (watches == null) {
      watches = new ArrayList<>(1);
      watched.put(key, watches);
      remember(key);
      if (!range.isSingle()) {
        countPrefix(key.size(), 1);
      }
    }
    watches.add(watch);
  }

  void remove(KeyRange range, MemoryWatch watch) {
    Key key = range.start();
    Map<Key, List<MemoryWatch>> watched = range.isSingle() ? keys : prefixes;
    List<MemoryWatch> watches = watched.get(key);
    if (watches != null && watches.remove(watch) && watches.isEmpty()) {
      watched.remove(key);
      if (!range.isSingle()) {
        countPrefix(key.size(), -1);
      }
    }
  }

  void forEachWith(Key key, Consumer<MemoryWatch> visitor) {
    int hash = hashOfNothing();
    int next = 0;
    for (int i = 0; i < key.size(); i++) {
      hash = hashWith(hash, key.at(i));
      if (next < lengths.length && lengths[next] == i + 1) {
        next++;
        if (filter.mayContain(hash)) {
          prefixes.getOrDefault(first(key, i + 1), List.of()).forEach(visitor);
        }
      }
    }
    if (filter.mayContain(hash)) {
      keys.getOrDefault(key, List.of()).forEach(visitor);
    }
  }

  private static Key first(Key key, int size) {
    return Key.of(Arrays.copyOf(key.toArray(), size));
  }

  private void remember(Key key) {
    if (!filter.isFull()) {
      filter.add(hash(key));
      return;
    }
    filter = new MemoryKeyFilter(keys.size() + prefixes.size());
    keys.keySet().forEach(known -> filter.add(hash(known)));
    prefixes.keySet().forEach(known -> filter.add(hash(known)));
  }

  private void countPrefix(int length, int change) {
    prefixesByLength.merge(length, change, (a, b) -> a + b == 0 ? null : Integer.valueOf(a + b));
    lengths = prefixesByLength.keySet().stream().mapToInt(Integer::intValue).toArray();
  }

  private static int hash(Key key) {
    int hash = hashOfNothing();
    for (int i = 0; i < key.size(); i++) {
      hash = hashWith(hash, key.at(i));
    }
    return hash;
  }

  private static int hashOfNothing() {
    return 1;
  }

  private static int hashWith(int hash, byte more) {
    return 31 * hash + more;
  }
}
