package dev.plinth.storage.mvcc;

import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/**
 * Writes keyspaces down and reads them back: data, history that is kept, and leases. What is read
 * back has the digest of what was written and goes on in the same way.
 *
 * <p>Stateless. The form: four letters, a version byte, the content, a CRC-32C of all before it;
 * numbers are big-endian. Content is the data before the oldest kept revision, then what each later
 * revision did, then the leases; everything else follows from these.
 */
public final class KeyspaceSnapshot {
  static final int MAGIC = 0x504c4b53;
  static final byte VERSION = 1;

  private KeyspaceSnapshot() {}

  /**
   * Writes a keyspace.
   *
   * @param keyspace what to write
   * @param out is flushed, not closed
   * @throws IOException if {@code out} failed
   */
  public static void write(Keyspace keyspace, OutputStream out) throws IOException {
    CRC32C sum = new CRC32C();
    // Most of what is written is a few bytes each.
    DataOutputStream data =
        new DataOutputStream(new BufferedOutputStream(new CheckedOutputStream(out, sum)));
    data.writeInt(MAGIC);
    data.writeByte(VERSION);
    data.writeLong(keyspace.revision().value());
    data.writeLong(keyspace.compactedOrNever());
    data.writeLong(keyspace.grants());
    long oldest = oldest(keyspace.compactedOrNever());
    KeyTree<Entry> base = keyspace.history().dataAt(oldest - 1);
    data.writeInt(base.size());
    for (Entry entry : base.values()) {
      writeBytes(entry.key().toArray(), data);
      writeBytes(entry.value().toArray(), data);
      data.writeLong(entry.created().value());
      data.writeLong(entry.modified().value());
      data.writeLong(entry.version());
      data.writeLong(leaseOf(entry));
    }
    writeRevisions(keyspace, oldest, data);
    data.writeInt(keyspace.leaseTree().size());
    for (LeaseRecord lease : keyspace.leases()) {
      data.writeLong(lease.id().value());
      data.writeLong(lease.ttl().toSeconds());
      data.writeLong(lease.generation());
    }
    data.flush();
    data.writeInt((int) sum.getValue());
    data.flush();
  }

  /** The oldest revision whose changes are kept: none made revision 1. */
  static long oldest(long compacted) {
    return Math.max(2, compacted);
  }

  private static void writeRevisions(Keyspace keyspace, long oldest, DataOutputStream data)
      throws IOException {
    try {
      boolean unused =
          keyspace
              .history()
              .forEach(
                  oldest,
                  revised -> {
                    writeRevision(revised, data);
                    return true;
                  });
    } catch (UncheckedIOException failed) {
      throw new IOException("writing a snapshot failed", failed.getCause());
    }
  }

  private static void writeRevision(Revised revised, DataOutputStream data) {
    try {
      data.writeInt(revised.size());
      for (int i = 0; i < revised.size(); i++) {
        Mutation mutation = revised.mutation(i);
        data.writeBoolean(mutation.isDeletion());
        writeBytes(mutation.key().toArray(), data);
        if (!mutation.isDeletion()) {
          writeBytes(mutation.entry().value().toArray(), data);
          data.writeLong(leaseOf(mutation.entry()));
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static long leaseOf(Entry entry) {
    return entry.lease().orElse(LeaseId.NONE).value();
  }

  private static void writeBytes(byte[] bytes, DataOutputStream data) throws IOException {
    data.writeInt(bytes.length);
    data.write(bytes);
  }

  /**
   * Reads a keyspace.
   *
   * @param in what a snapshot begins at; is moved behind it, unless this fails
   * @return what was written
   * @throws SnapshotFormatException if it is no snapshot, of an unknown version, cut off or damaged
   */
  public static Keyspace read(ByteBuffer in) throws SnapshotFormatException {
    // Has the order of bytes that snapshots have, whatever the other one has.
    ByteBuffer snapshot = in.duplicate();
    Keyspace keyspace = new SnapshotReader(snapshot).read();
    in.position(snapshot.position());
    return keyspace;
  }

  static Key keyOf(byte[] bytes) throws SnapshotFormatException {
    if (bytes.length == 0) {
      throw new SnapshotFormatException("the snapshot is damaged: an empty key");
    }
    return Key.of(bytes);
  }
}
