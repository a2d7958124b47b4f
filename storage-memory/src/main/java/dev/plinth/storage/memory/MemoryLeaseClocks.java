package dev.plinth.storage.memory;

import dev.plinth.spi.LeaseId;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import dev.plinth.storage.mvcc.LeaseRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * When each lease ends. Belongs to the writer.
 *
 * <p>A renewal only moves the deadline; the queue learns of it when the old one passes.
 */
final class MemoryLeaseClocks {
  /** One lease's time. */
  static final class Clock {
    final LeaseId id;
    private final long ttlNanos;
    private long deadline;
    private long queuedFor;

    Clock(LeaseId id, long ttlNanos) {
      this.id = id;
      this.ttlNanos = ttlNanos;
    }
  }

  private final StoreRuntime runtime;
  private final Map<LeaseId, Clock> clocks = new HashMap<>();
  private final TreeSet<Clock> queue =
      new TreeSet<>(
          Comparator.comparing((Clock clock) -> clock.queuedFor, (a, b) -> Long.signum(a - b))
              .thenComparing(clock -> clock.id));

  MemoryLeaseClocks(StoreRuntime runtime) {
    this.runtime = runtime;
  }

  void start(LeaseRecord lease) {
    Clock clock = new Clock(lease.id(), nanos(lease));
    clock.deadline = runtime.nanoTime() + clock.ttlNanos;
    clock.queuedFor = clock.deadline;
    clocks.put(clock.id, clock);
    queue.add(clock);
  }

  /** The longest time to live does not fit into nanoseconds; 146 years are as good. */
  private static long nanos(LeaseRecord lease) {
    long seconds = Math.min(lease.ttl().toSeconds(), Long.MAX_VALUE / 2 / 1_000_000_000L);
    return seconds * 1_000_000_000L;
  }

  void renew(LeaseId id) {
    Clock clock = clocks.get(id);
    if (clock != null) {
      clock.deadline = runtime.nanoTime() + clock.ttlNanos;
    }
  }

  /** How long a lease still lives, in nanoseconds. */
  long remaining(LeaseId id) {
    Clock clock = clocks.get(id);
    return clock == null ? 0 : Math.max(0, clock.deadline - runtime.nanoTime());
  }

  void remove(LeaseId id) {
    Clock clock = clocks.remove(id);
    if (clock != null) {
      queue.remove(clock);
    }
  }

  /** Takes those whose time is over, the oldest deadline first, until they are put back. */
  List<Clock> takeDue() {
    if (queue.isEmpty()) {
      return List.of();
    }
    List<Clock> due = List.of();
    long now = runtime.nanoTime();
    while (!queue.isEmpty() && queue.first().queuedFor - now <= 0) {
      Clock head = queue.removeFirst();
      if (head.deadline - now > 0) {
        head.queuedFor = head.deadline;
        queue.add(head);
      } else {
        if (due.isEmpty()) {
          due = new ArrayList<>();
        }
        due.add(head);
      }
    }
    return due;
  }

  /** Ends leases, each in a revision of its own. */
  static void end(List<Clock> due, KeyspaceEdit edit) {
    for (Clock clock : due) {
      if (edit.lease(clock.id).isPresent()) {
        edit.revoke(clock.id);
      }
    }
  }

  /** Takes back what was taken but not ended. */
  void putBack(List<Clock> due) {
    queue.addAll(due);
  }

  /** Forgets what was taken and ended. */
  void forget(List<Clock> ended) {
    for (Clock clock : ended) {
      clocks.remove(clock.id);
    }
  }

  /** When to look again, by the runtime's clock. */
  OptionalLong next() {
    return queue.isEmpty() ? OptionalLong.empty() : OptionalLong.of(queue.first().queuedFor);
  }

  void clear() {
    clocks.clear();
    queue.clear();
  }
}
