package dev.plinth.storage.mvcc;

import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import java.time.Duration;
import java.util.List;

/**
 * A lease and the keys attached to it. When it ends is not part of it: whoever applies commands
 * measures time and says so with {@link Command.Expire}.
 *
 * <p>Immutable.
 */
public final class LeaseRecord {
  private final LeaseId id;
  private final long ttlSeconds;
  private final long generation;
  private final KeyTree<Key> keys;

  LeaseRecord(LeaseId id, long ttlSeconds, long generation, KeyTree<Key> keys) {
    this.id = id;
    this.ttlSeconds = ttlSeconds;
    this.generation = generation;
    this.keys = keys;
  }

  /**
   * Returns the name.
   *
   * @return the id
   */
  public LeaseId id() {
    return id;
  }

  /**
   * Returns the time to live that was granted.
   *
   * @return whole seconds
   */
  public Duration ttl() {
    return Duration.ofSeconds(ttlSeconds);
  }

  /**
   * Tells this grant from others of the same name: the number of grants before it, and 1.
   *
   * @return 1 or more
   */
  public long generation() {
    return generation;
  }

  /**
   * Returns what is attached.
   *
   * @return in key order
   */
  public List<Key> keys() {
    return keys.values();
  }

  LeaseRecord attached(Key key, Owner owner) {
    return new LeaseRecord(id, ttlSeconds, generation, keys.with(key, key, owner));
  }

  LeaseRecord detached(Key key, Owner owner) {
    return new LeaseRecord(id, ttlSeconds, generation, keys.without(key, owner));
  }

  /**
   * Returns the name as a key, so that leases live in the same tree as data, in the order of their
   * numbers.
   */
  static Key keyOf(LeaseId id) {
    long ordered = id.value() ^ Long.MIN_VALUE;
    byte[] bytes = new byte[Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (ordered >>> (Long.SIZE - Byte.SIZE * (i + 1)));
    }
    return Key.of(bytes);
  }
}
