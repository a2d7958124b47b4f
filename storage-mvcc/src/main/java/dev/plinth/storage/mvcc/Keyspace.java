package dev.plinth.storage.mvcc;

import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Everything a store holds at one revision: the data, the history that is kept, and the leases.
 *
 * <p>Immutable, so a reader needs no lock and keeping one costs nothing; {@link #edit} makes the
 * next one.
 */
public final class Keyspace {
  /** Nothing was compacted; one less than the smallest revision that can be. */
  static final long NEVER_COMPACTED = -1;

  private static final Keyspace EMPTY =
      new Keyspace(
          Revision.of(1),
          NEVER_COMPACTED,
          KeyTree.empty(),
          History.startingAt(2, KeyTree.empty()),
          KeyTree.empty(),
          0);

  private final Revision revision;
  private final long compacted;
  private final KeyTree<Entry> data;
  private final History history;
  private final KeyTree<LeaseRecord> leases;
  private final long grants;

  Keyspace(
      Revision revision,
      long compacted,
      KeyTree<Entry> data,
      History history,
      KeyTree<LeaseRecord> leases,
      long grants) {
    this.revision = revision;
    this.compacted = compacted;
    this.data = data;
    this.history = history;
    this.leases = leases;
    this.grants = grants;
  }

  /**
   * Returns the keyspace without keys and leases, at revision 1.
   *
   * @return always the same one
   */
  public static Keyspace empty() {
    return EMPTY;
  }

  /**
   * Begins a change.
   *
   * @return an edit that starts from this keyspace and leaves it as it is
   */
  public KeyspaceEdit edit() {
    return new KeyspaceEdit(revision, compacted, data, history, leases, grants);
  }

  /**
   * Returns the current revision.
   *
   * @return 1 or more
   */
  public Revision revision() {
    return revision;
  }

  /**
   * Returns the oldest readable revision.
   *
   * @return zero if nothing was compacted
   */
  public Revision compacted() {
    return Revision.of(Math.max(0, compacted));
  }

  /**
   * Returns one key as it is now.
   *
   * @param key which
   * @return its entry, or null if it is missing
   */
  public @Nullable Entry get(Key key) {
    return data.get(key);
  }

  /**
   * Reads; whoever calls has checked the request.
   *
   * @param read what
   * @return what was found
   * @throws HistoryLostException if the revision asked for is compacted
   * @throws RequestRefusedException if it lies ahead
   */
  public Slice read(Read read) {
    return new DataView(data, history, revision.value(), compacted, false).read(read, revision);
  }

  /**
   * Shows the revisions that are kept, in order. A compacted revision may be shown if {@code from}
   * asks for one.
   *
   * @param from the first one
   * @param visitor returns whether it wants more
   * @return whether the visitor wanted everything
   */
  public boolean forEachRevision(Revision from, Predicate<Revised> visitor) {
    return history.forEach(from.value(), visitor);
  }

  /**
   * Returns a lease.
   *
   * @param id which
   * @return the lease, if there is one
   */
  public Optional<LeaseRecord> lease(LeaseId id) {
    return Optional.ofNullable(leases.get(LeaseRecord.keyOf(id)));
  }

  /**
   * Returns all leases.
   *
   * @return in the order of their numbers
   */
  public List<LeaseRecord> leases() {
    return leases.values();
  }

  /**
   * Counts the keys.
   *
   * @return zero or more
   */
  public long keys() {
    return data.size();
  }

  /**
   * Adds up the keys and values of the data and its history; what structures around them take is
   * not counted. Takes time as {@link #digest} does.
   *
   * @return bytes
   */
  public long sizeBytes() {
    return KeyspaceDigest.summary(this).bytes() + history.bytes();
  }

  /**
   * Adds up the keys and values of the history.
   *
   * @return bytes
   */
  public long historyBytes() {
    return history.bytes();
  }

  /**
   * Counts the past revisions that can be read.
   *
   * @return zero or more
   */
  public long historyRevisions() {
    return revision.value() - Math.max(1, compacted);
  }

  /**
   * Returns a digest of the revision, the compaction, the data and the leases. Two keyspaces that
   * came from the same commands have the same one, however they got here; that others have another
   * one is likely beyond doubt for accidents, but not for somebody who seeks equal ones.
   *
   * <p>The first call takes time in proportion to the data; one on a later keyspace in proportion
   * to what changed since.
   *
   * @return hexadecimal digits
   */
  public String digest() {
    return KeyspaceDigest.of(this);
  }

  KeyTree<Entry> data() {
    return data;
  }

  History history() {
    return history;
  }

  KeyTree<LeaseRecord> leaseTree() {
    return leases;
  }

  long grants() {
    return grants;
  }

  long compactedOrNever() {
    return compacted;
  }
}
