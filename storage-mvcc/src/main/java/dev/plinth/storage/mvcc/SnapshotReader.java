package dev.plinth.storage.mvcc;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Reads one snapshot. Nothing that is read is believed before it was checked, because the sum comes
 * last.
 */
final class SnapshotReader {
  private final ByteBuffer in;
  private Owner owner = new Owner();
  private KeyTree<Entry> data = KeyTree.empty();

  /** Prepares to read from a big-endian buffer, which is moved. */
  SnapshotReader(ByteBuffer in) {
    this.in = in;
  }

  Keyspace read() throws SnapshotFormatException {
    try {
      return keyspace();
    } catch (BufferUnderflowException cut) {
      throw new SnapshotFormatException("the snapshot is cut off", cut);
    }
  }

  private Keyspace keyspace() throws SnapshotFormatException {
    ByteBuffer all = in.slice();
    int start = in.position();
    if (in.getInt() != KeyspaceSnapshot.MAGIC) {
      throw new SnapshotFormatException("this is no snapshot of a keyspace");
    }
    byte version = in.get();
    if (version != KeyspaceSnapshot.VERSION) {
      throw new SnapshotFormatException(
          "the snapshot has version " + version + "; known is " + KeyspaceSnapshot.VERSION);
    }
    long revision = in.getLong();
    long compacted = in.getLong();
    long grants = in.getLong();
    check(
        revision >= 1
            && compacted >= Keyspace.NEVER_COMPACTED
            && compacted <= revision
            && grants >= 0,
        "its numbers contradict each other");
    readBase();
    long oldest = KeyspaceSnapshot.oldest(compacted);
    History history = readRevisions(oldest, revision);
    KeyTree<LeaseRecord> leases = withKeys(readLeases(grants));
    CRC32C sum = new CRC32C();
    sum.update(all.limit(in.position() - start));
    check(in.getInt() == (int) sum.getValue(), "its sum is wrong");
    return new Keyspace(Revision.of(revision), compacted, data, history, leases, grants);
  }

  private static void check(boolean holds, String problem) throws SnapshotFormatException {
    if (!holds) {
      throw new SnapshotFormatException("the snapshot is damaged: " + problem);
    }
  }

  private void readBase() throws SnapshotFormatException {
    int size = in.getInt();
    check(size >= 0, "a negative count");
    for (int i = 0; i < size; i++) {
      Key key = KeyspaceSnapshot.keyOf(readBytes());
      Bytes value = Bytes.of(readBytes());
      Revision created = Revision.of(in.getLong());
      Revision modified = Revision.of(in.getLong());
      long version = in.getLong();
      data = data.with(key, new Entry(key, value, created, modified, version, readLease()), owner);
    }
    check(data.size() == size, "a key twice");
  }

  private History readRevisions(long oldest, long newest) throws SnapshotFormatException {
    History history = History.startingAt(oldest, data);
    owner = new Owner();
    KeyTree<Entry> before = data;
    for (long number = oldest; number <= newest; number++) {
      if (history.isChunkFull()) {
        before = data;
        owner = new Owner();
      }
      Revision revision = Revision.of(number);
      int size = in.getInt();
      check(size > 0, "a revision without changes");
      List<Mutation> mutations = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        mutations.add(readMutation(revision));
      }
      Revised revised = new Revised(mutations, history.newest());
      history = history.with(revised, revised.bytes(), before);
    }
    return history;
  }

  private Mutation readMutation(Revision revision) throws SnapshotFormatException {
    boolean deletion = in.get() != 0;
    Key key = KeyspaceSnapshot.keyOf(readBytes());
    Entry before = data.get(key);
    if (deletion) {
      check(before != null, "a key goes that is not there");
      data = data.without(key, owner);
      return new Mutation(Mutation.tombstone(key, revision), before);
    }
    Bytes value = Bytes.of(readBytes());
    Optional<LeaseId> lease = readLease();
    Entry after = Mutation.successor(before, key, value, lease, revision);
    data = data.with(after.key(), after, owner);
    return new Mutation(after, before);
  }

  private Optional<LeaseId> readLease() throws SnapshotFormatException {
    long lease = in.getLong();
    return lease == 0 ? Optional.empty() : Optional.of(LeaseId.of(lease));
  }

  private KeyTree<LeaseRecord> readLeases(long grants) throws SnapshotFormatException {
    int size = in.getInt();
    check(size >= 0, "a negative count");
    KeyTree<LeaseRecord> leases = KeyTree.empty();
    for (int i = 0; i < size; i++) {
      long id = in.getLong();
      long ttl = in.getLong();
      long generation = in.getLong();
      check(id != 0 && ttl > 0 && generation >= 1 && generation <= grants, "an impossible lease");
      leases =
          leases.with(
              LeaseRecord.keyOf(LeaseId.of(id)),
              new LeaseRecord(LeaseId.of(id), ttl, generation, KeyTree.empty()),
              owner);
    }
    check(leases.size() == size, "a lease twice");
    return leases;
  }

  private KeyTree<LeaseRecord> withKeys(KeyTree<LeaseRecord> leases)
      throws SnapshotFormatException {
    KeyTree<LeaseRecord> attached = leases;
    for (Entry entry : data.values()) {
      if (entry.lease().isPresent()) {
        Key name = LeaseRecord.keyOf(entry.lease().get());
        LeaseRecord lease = attached.get(name);
        if (lease == null) {
          throw new SnapshotFormatException("the snapshot is damaged: a key of a missing lease");
        }
        attached = attached.with(name, lease.attached(entry.key(), owner), owner);
      }
    }
    return attached;
  }

  private byte[] readBytes() throws SnapshotFormatException {
    int length = in.getInt();
    check(length >= 0, "a negative length");
    if (length > in.remaining()) {
      // Before there is an array for what a damaged length says.
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
