package dev.plinth.spi.cache;

import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Revision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The latest changes of a cache, as many as there is room for.
 *
 * <p>Not thread-safe; its cache guards it.
 */
final class ChangeLog {
  private static final int MOST_CHANGES = 10_000;
  private static final long MOST_BYTES = 8L * 1024 * 1024;

  private final Deque<Change> changes = new ArrayDeque<>();
  private long bytes;

  /** Every change after this revision is here. */
  private Revision complete = Revision.ZERO;

  /** Forgets everything up to a revision, as nothing is known of how it came about. */
  void restart(Revision at) {
    changes.clear();
    bytes = 0;
    complete = at;
  }

  void add(Change change) {
    changes.add(change);
    bytes += sizeOf(change);
    while (changes.size() > MOST_CHANGES || bytes > MOST_BYTES) {
      forgetOldest();
    }
  }

  private void forgetOldest() {
    complete = changes.getFirst().revision();
    while (!changes.isEmpty() && changes.getFirst().revision().equals(complete)) {
      bytes -= sizeOf(changes.removeFirst());
    }
  }

  private static long sizeOf(Change change) {
    return sizeOf(change.entry()) + change.previous().map(ChangeLog::sizeOf).orElse(0L);
  }

  private static long sizeOf(Entry entry) {
    return entry.key().size() + (long) entry.value().size();
  }

  /** Returns every change after a revision, or nothing if some of them are forgotten. */
  Optional<List<Change>> since(Revision revision) {
    if (complete.isAfter(revision)) {
      return Optional.empty();
    }
    List<Change> found = new ArrayList<>();
    Iterator<Change> latestFirst = changes.descendingIterator();
    while (latestFirst.hasNext()) {
      Change change = latestFirst.next();
      if (!change.revision().isAfter(revision)) {
        break;
      }
      found.add(change);
    }
    Collections.reverse(found);
    return Optional.of(found);
  }
}
