package dev.plinth.storage.mvcc;

import static dev.plinth.spi.RequestRefusedException.Reason.FUTURE_REVISION;

import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The data as a read sees it, now or at a revision that is kept.
 *
 * @param data now, with what the running transaction did so far
 * @param history up to {@code revision}
 * @param revision the last complete one
 * @param compacted the oldest readable one
 * @param changed whether {@code data} is ahead of {@code revision}
 */
record DataView(
    KeyTree<Entry> data, History history, long revision, long compacted, boolean changed) {

  /** Refuses a revision that cannot be read. */
  void check(Revision asked) {
    if (asked.value() <= 0) {
      return;
    }
    if (asked.value() > revision) {
      throw new RequestRefusedException(FUTURE_REVISION);
    }
    if (asked.value() < compacted) {
      throw new HistoryLostException(Revision.of(compacted));
    }
  }

  Slice read(Read read, Revision header) {
    check(read.revision());
    KeyRange range = read.range();
    if (range.isEmpty()) {
      return new Slice(header, List.of(), 0, false);
    }
    long at = read.revision().value();
    boolean present = at <= 0 || (at == revision && !changed);
    if (range.isSingle()) {
      Entry entry = present ? data.get(range.start()) : history.entryAt(at, range.start());
      return single(read, header, entry);
    }
    return scan(read, header, present ? data : history.dataAt(at));
  }

  private static Slice single(Read read, Revision header, @Nullable Entry entry) {
    if (entry == null) {
      return new Slice(header, List.of(), 0, false);
    }
    return switch (read.projection()) {
      case COUNT -> new Slice(header, List.of(), 1, false);
      case KEYS -> new Slice(header, shown(read, entry.withoutValue()), 1, false);
      case ENTRIES -> new Slice(header, shown(read, entry), 1, false);
    };
  }

  private static List<Entry> shown(Read read, Entry entry) {
    return read.filter().shows(entry) ? List.of(entry) : List.of();
  }

  private static Slice scan(Read read, Revision header, KeyTree<Entry> tree) {
    long count = count(tree, read.range());
    if (read.projection() == Read.Projection.COUNT) {
      return new Slice(header, List.of(), count, false);
    }
    long limit = read.limit() <= 0 ? Long.MAX_VALUE : read.limit();
    boolean inKeyOrder = read.order().equals(Read.Order.BY_KEY);
    List<Entry> found = new ArrayList<>();
    Read.Filter filter = read.filter();
    visit(
        tree,
        read.range(),
        entry -> {
          if (filter.shows(entry)) {
            found.add(entry);
          }
          return !inKeyOrder || found.size() <= limit;
        });
    if (!inKeyOrder) {
      found.sort(comparator(read.order()));
    }
    boolean more = found.size() > limit;
    List<Entry> cut = more ? found.subList(0, (int) limit) : found;
    if (read.projection() == Read.Projection.KEYS) {
      cut = cut.stream().map(Entry::withoutValue).toList();
    }
    return new Slice(header, cut, count, more);
  }

  /** The sort is stable, so what compares equal stays in key order. */
  private static Comparator<Entry> comparator(Read.Order order) {
    Comparator<Entry> ascending =
        switch (order.target()) {
          case KEY -> Comparator.comparing(Entry::key);
          case VERSION -> Comparator.comparingLong(Entry::version);
          case CREATED -> Comparator.comparing(Entry::created);
          case MODIFIED -> Comparator.comparing(Entry::modified);
          case VALUE -> Comparator.comparing(Entry::value);
        };
    return order.direction() == Read.Direction.ASCENDING ? ascending : ascending.reversed();
  }

  static long count(KeyTree<Entry> tree, KeyRange range) {
    if (range.isEmpty()) {
      return 0;
    }
    if (range.isSingle()) {
      return tree.get(range.start()) == null ? 0 : 1;
    }
    long end = range.end().map(tree::rank).orElseGet(tree::size);
    return end - tree.rank(range.start());
  }

  /**
   * Shows what a range holds, in key order, until the visitor has enough.
   *
   * @return whether the visitor wanted everything
   */
  static boolean visit(KeyTree<Entry> tree, KeyRange range, Predicate<Entry> visitor) {
    if (range.isEmpty()) {
      return true;
    }
    if (range.isSingle()) {
      Entry entry = tree.get(range.start());
      return entry == null || visitor.test(entry);
    }
    return tree.forEach(range.start(), range.end().orElse(null), visitor);
  }
}
