package dev.plinth.storage.mvcc;

import dev.plinth.spi.Entry;
import dev.plinth.spi.LeaseId;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Two sums of hashes over the entries and leases of a keyspace. A sum does not depend on the order
 * of its parts, so it can be kept for each part of a tree, and does not depend on the shape of the
 * tree.
 */
final class KeyspaceDigest {
  private static final long FIRST_SEED = 0x9E3779B97F4A7C15L;
  private static final long SECOND_SEED = 0xC2B2AE3D27D4EB4FL;

  private long low = FIRST_SEED;
  private long high = SECOND_SEED;

  private KeyspaceDigest() {}

  static String of(Keyspace keyspace) {
    KeyspaceDigest all = new KeyspaceDigest();
    all.add(keyspace.revision().value());
    all.add(keyspace.compactedOrNever());
    all.add(keyspace.keys());
    all.add(summary(keyspace));
    all.add(keyspace.leaseTree().summary(KeyspaceDigest::summary));
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(all.low) + hex.toHexDigits(all.high);
  }

  /** The sum over the data. */
  static KeyTree.Summary summary(Keyspace keyspace) {
    return keyspace.data().summary(KeyspaceDigest::summary);
  }

  private static KeyTree.Summary summary(Entry entry) {
    KeyspaceDigest one = new KeyspaceDigest();
    one.add(entry.key().asReadOnlyBuffer());
    one.add(entry.value().asReadOnlyBuffer());
    one.add(entry.created().value());
    one.add(entry.modified().value());
    one.add(entry.version());
    one.add(entry.lease().map(LeaseId::value).orElse(0L));
    return one.summary(entry.key().size() + (long) entry.value().size());
  }

  private static KeyTree.Summary summary(LeaseRecord lease) {
    KeyspaceDigest one = new KeyspaceDigest();
    one.add(lease.id().value());
    one.add(lease.ttl().toSeconds());
    one.add(lease.generation());
    return one.summary(0);
  }

  private KeyTree.Summary summary(long bytes) {
    return new KeyTree.Summary(low, high, bytes);
  }

  private void add(KeyTree.Summary summary) {
    add(summary.low());
    add(summary.high());
  }

  private void add(ByteBuffer bytes) {
    add(bytes.remaining());
    while (bytes.remaining() >= Long.BYTES) {
      add(bytes.getLong());
    }
    long rest = 0;
    while (bytes.hasRemaining()) {
      rest = rest << Byte.SIZE | (bytes.get() & 0xff);
    }
    add(rest);
  }

  private void add(long value) {
    low = mixed(low ^ value);
    high = mixed(high + value * FIRST_SEED);
  }

  /** Spreads each bit over all; no two longs become the same. */
  private static long mixed(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return (z ^ (z >>> 31)) + SECOND_SEED;
  }
}
