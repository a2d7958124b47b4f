package dev.plinth.storage.mvcc;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.LeaseId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over a keyspace in an order and a form that depend on its content alone. */
final class KeyspaceDigest {
  private final MessageDigest digest;
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

  private KeyspaceDigest(MessageDigest digest) {
    this.digest = digest;
  }

  static String of(Keyspace keyspace) {
    try {
      KeyspaceDigest digest = new KeyspaceDigest(MessageDigest.getInstance("SHA-256"));
      digest.add(keyspace);
      return HexFormat.of().formatHex(digest.digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }

  private void add(Keyspace keyspace) {
    add(keyspace.revision().value());
    add(keyspace.compactedOrNever());
    add(keyspace.keys());
    for (Entry entry : keyspace.data().values()) {
      add(entry);
    }
    for (LeaseRecord lease : keyspace.leases()) {
      add(lease.id().value());
      add(lease.ttl().toSeconds());
      add(lease.generation());
    }
  }

  private void add(Entry entry) {
    add(entry.key().toBytes());
    add(entry.value());
    add(entry.created().value());
    add(entry.modified().value());
    add(entry.version());
    add(entry.lease().map(LeaseId::value).orElse(0L));
  }

  private void add(Bytes bytes) {
    add(bytes.size());
    digest.update(bytes.asReadOnlyBuffer());
  }

  private void add(long value) {
    digest.update(number.clear().putLong(value).flip());
  }
}
