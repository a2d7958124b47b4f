package dev.plinth.storage.hazelcast;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The states that passing reads of one client found on this member: as soon as the owner says that
 * a read is confirmed, the client can look at its own replica's state instead of being sent what is
 * in it (H8).
 *
 * <p>Thread-safe; replicas offer on partition threads.
 */
final class HazelcastConfirmations {
  private final AtomicLong reads = new AtomicLong();
  private final Map<Long, Optional<HazelcastState>> found = new ConcurrentHashMap<>();

  /** Begins a read that no other has the number of; {@link #end} must follow. */
  long begin() {
    long read = reads.incrementAndGet();
    found.put(read, Optional.empty());
    return read;
  }

  /** Notes the state that a read found here, unless nobody waits for that read. */
  void offer(long read, HazelcastState state) {
    found.computeIfPresent(read, (number, before) -> Optional.of(state));
  }

  /**
   * Ends a read.
   *
   * @return what it found here; only if the owner confirms exactly that may it be looked at
   */
  Optional<HazelcastState> end(long read) {
    Optional<HazelcastState> state = found.remove(read);
    return state == null ? Optional.empty() : state;
  }
}
