package dev.plinth.storage.hazelcast;

import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * What this member has promised, as a replica, to owners of keyspaces: for a short while after it
 * has confirmed a read, to carry out nothing for anybody else. Meanwhile the owner may answer reads
 * alone, because nobody else can change the data without a replica that promised (H8).
 *
 * <p>Thread-safe.
 */
final class OwnerPromises {
  /** Long beside the way to a replica, short beside what it takes to replace an owner. */
  static final Duration TIME = Duration.ofMillis(10);

  private record Promise(UUID owner, long until) {}

  private final StoreRuntime runtime;
  private final Map<String, Promise> given = new ConcurrentHashMap<>();

  OwnerPromises(StoreRuntime runtime) {
    this.runtime = runtime;
  }

  /** Promises to follow nobody but this owner, from now on. */
  void give(String keyspace, UUID owner) {
    given.put(keyspace, new Promise(owner, runtime.nanoTime() + TIME.toNanos()));
  }

  /** Returns how long nothing may be done for this owner, because of what another was promised. */
  Duration left(String keyspace, UUID owner) {
    Promise promise = given.get(keyspace);
    return promise == null || promise.owner().equals(owner)
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, promise.until() - runtime.nanoTime()));
  }

  /**
   * Waits until that is over. Blocks, but only just after another owner was followed, and not for
   * longer than {@link #TIME}.
   */
  void await(String keyspace, UUID owner) {
    long end = System.nanoTime() + left(keyspace, owner).toNanos();
    for (long wait = end - System.nanoTime(); wait > 0; wait = end - System.nanoTime()) {
      LockSupport.parkNanos(wait);
    }
  }
}
