package dev.plinth.storage.hazelcast;

import dev.plinth.spi.LeaseId;
import dev.plinth.storage.mvcc.LeaseRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * When each lease ends, by the monotonic clock of the member that owns them (H10). One thread at a
 * time.
 */
final class LeaseClocks {
  private static final long NANOS = 1_000_000_000L;

  /** A renewal only moves the end; the queue learns of it when the old one has passed. */
  private static final class Clock {
    final LeaseId id;
    final long generation;
    final long ttl;
    long end;
    long queued;

    Clock(LeaseRecord lease, long now) {
      this.id = lease.id();
      this.generation = lease.generation();
      // The longest time to live does not fit into nanoseconds; 146 years are as good.
      this.ttl = Math.min(lease.ttl().toSeconds(), Long.MAX_VALUE / 2 / NANOS) * NANOS;
      this.end = now + ttl;
      this.queued = end;
    }
  }

  private final Map<LeaseId, Clock> clocks = new HashMap<>();
  private final TreeSet<Clock> queue =
      new TreeSet<>(
          Comparator.comparing((Clock clock) -> clock.queued, (a, b) -> Long.signum(a - b))
              .thenComparing(clock -> clock.id));

  /** Gives every lease all of its time. */
  void reset(List<LeaseRecord> leases, long now) {
    clocks.clear();
    queue.clear();
    leases.forEach(lease -> start(lease, now));
  }

  void start(LeaseRecord lease, long now) {
    remove(lease.id());
    Clock clock = new Clock(lease, now);
    clocks.put(clock.id, clock);
    queue.add(clock);
  }

  void renew(LeaseId id, long now) {
    Clock clock = clocks.get(id);
    if (clock != null) {
      clock.end = now + clock.ttl;
    }
  }

  void remove(LeaseId id) {
    Clock clock = clocks.remove(id);
    if (clock != null) {
      queue.remove(clock);
    }
  }

  long remaining(LeaseId id, long now) {
    Clock clock = clocks.get(id);
    return clock == null ? 0 : Math.max(0, clock.end - now);
  }

  /** Returns those whose time is over, the oldest end first; they stay until they are removed. */
  List<Request.Expire> due(long now) {
    List<Clock> over = new ArrayList<>();
    while (!queue.isEmpty() && queue.first().queued - now <= 0) {
      Clock first = queue.removeFirst();
      if (first.end - now <= 0) {
        over.add(first);
      } else {
        first.queued = first.end;
        queue.add(first);
      }
    }
    queue.addAll(over);
    return over.stream().map(clock -> new Request.Expire(clock.id, clock.generation)).toList();
  }

  /** When to look again. */
  OptionalLong next() {
    return queue.isEmpty() ? OptionalLong.empty() : OptionalLong.of(queue.first().queued);
  }
}
