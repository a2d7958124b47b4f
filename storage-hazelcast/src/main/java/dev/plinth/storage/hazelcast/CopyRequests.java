package dev.plinth.storage.hazelcast;

import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Since when this member, as a replica, has waited for copies of keyspaces that it is behind with.
 * A request or its answer may be lost, with a connection that breaks for example, and until a copy
 * is there the replica refuses every step. A copy that comes twice does no harm: an owner sends it
 * in order with its steps. But it carries out nothing while it makes one, so the waits get longer.
 *
 * <p>Thread-safe.
 */
final class CopyRequests {
  /** How long the first one may take. */
  static final Duration FIRST = Duration.ofSeconds(1);

  private record Asked(long at, long patience) {}

  private final StoreRuntime runtime;
  private final Map<String, Asked> waiting = new ConcurrentHashMap<>();

  CopyRequests(StoreRuntime runtime) {
    this.runtime = runtime;
  }

  /**
   * Notes that a copy is missing, and says whether the one that was asked for is to be taken for
   * lost: after {@link #FIRST}, and then after twice as long each time.
   */
  boolean isLost(String keyspace) {
    long now = runtime.nanoTime();
    Asked last = waiting.get(keyspace);
    if (last != null && now - last.at() < last.patience()) {
      return false;
    }
    waiting.put(keyspace, new Asked(now, last == null ? FIRST.toNanos() : 2 * last.patience()));
    return last != null;
  }

  /** Notes that the keyspace is where its owner is, or that this member is the owner. */
  void arrived(String keyspace) {
    waiting.remove(keyspace);
  }
}
