package dev.plinth.spi;

import java.util.Optional;

/**
 * The key/value data of a store.
 *
 * <p>Thread-safe. Every call blocks no longer than the store's request timeout plus a small margin
 * (G37) and throws only {@link StoreException}: refused and unavailable mean that nothing happened,
 * {@link OutcomeUnknownException} that it may have (G38). No call is repeated inside in a way that
 * could apply it twice (G39). A thread that is interrupted while it waits keeps its interrupt flag,
 * and the call ends as unavailable if nothing was sent or it was a read, else as outcome unknown.
 *
 * @since 0.1
 */
public interface KeyValues {
  /**
   * Reads one range at one revision (G6, G7, G9, G10).
   *
   * @param read what
   * @return what was found, and the store's revision
   * @throws HistoryLostException if the revision asked for is compacted (G14)
   * @throws RequestRefusedException if the revision asked for lies ahead, or the range starts with
   *     an empty key
   * @throws StoreException if the store failed
   */
  Slice read(Read read);

  /**
   * Applies a transaction; the only primitive that writes (G1 to G5, G12, G13).
   *
   * @param transaction what, and when
   * @return what it did
   * @throws RequestRefusedException if any part is invalid; nothing was applied
   * @throws HistoryLostException if a read in it asks for a compacted revision; nothing was applied
   * @throws StoreException if the store failed
   */
  Commit commit(Transaction transaction);

  /**
   * Gives up history before a revision (G14 to G16). Keys as they are now are not affected.
   *
   * @param revision the oldest one that stays readable
   * @return the store's revision, which does not move
   * @throws HistoryLostException if it is not above the last compaction (G15)
   * @throws RequestRefusedException if it is above the current revision (G15)
   * @throws StoreException if the store failed
   */
  Revision compact(Revision revision);

  /**
   * Returns the current revision, linearizable.
   *
   * @return at least the revision of every commit acknowledged before the call
   * @throws StoreException if the store failed
   */
  Revision current();

  /**
   * Reads one key as it is now, linearizable.
   *
   * @param key which
   * @return its entry, or nothing if it is missing
   * @throws StoreException if the store failed
   */
  default Optional<Entry> get(Key key) {
    Slice slice = read(Read.of(key));
    return slice.entries().isEmpty() ? Optional.empty() : Optional.of(slice.entries().getFirst());
  }

  /**
   * Reads a range as it is now, linearizable, all of it in key order.
   *
   * @param range which keys
   * @return what was found
   * @throws StoreException if the store failed
   */
  default Slice list(KeyRange range) {
    return read(Read.of(range));
  }

  /**
   * Writes one key, whatever was there, and detaches it from its lease.
   *
   * @param key which
   * @param value its content
   * @return the revision of the new version
   * @throws RequestRefusedException if the request is invalid
   * @throws StoreException if the store failed
   */
  default Revision put(Key key, Bytes value) {
    return commit(Transaction.of(Put.of(key, value))).revision();
  }

  /**
   * Writes one key, whatever was there, and attaches it to a lease.
   *
   * @param key which
   * @param value its content
   * @param lease what the key ends with
   * @return the revision of the new version
   * @throws RequestRefusedException if the lease does not exist or the request is invalid
   * @throws StoreException if the store failed
   */
  default Revision put(Key key, Bytes value, LeaseId lease) {
    return commit(Transaction.of(Put.of(key, value).withLease(lease))).revision();
  }

  /**
   * Deletes one key.
   *
   * @param key which
   * @return whether it was there
   * @throws StoreException if the store failed
   */
  default boolean delete(Key key) {
    return commit(Transaction.of(Delete.of(key))).delete(0).count() > 0;
  }

  /**
   * Deletes a range in one revision.
   *
   * @param range which keys
   * @return how many went
   * @throws StoreException if the store failed
   */
  default long delete(KeyRange range) {
    return commit(Transaction.of(Delete.of(range))).delete(0).count();
  }

  /**
   * Writes one key if it is missing.
   *
   * @param key which
   * @param value its content
   * @return the revision that created it, or nothing if it exists already
   * @throws StoreException if the store failed
   */
  default Optional<Revision> create(Key key, Bytes value) {
    Commit commit = commit(Transaction.when(Condition.absent(key)).then(Put.of(key, value)));
    return commit.conditionsHeld() ? Optional.of(commit.revision()) : Optional.empty();
  }

  /**
   * Writes one key if it is still the version that was read; keeps its lease.
   *
   * @param read that version
   * @param value the new content
   * @return the revision of the new version, or nothing if another one came first
   * @throws StoreException if the store failed
   */
  default Optional<Revision> replace(Entry read, Bytes value) {
    Commit commit =
        commit(
            Transaction.when(Condition.unchanged(read))
                .then(Put.of(read.key(), value).keepingLease()));
    return commit.conditionsHeld() ? Optional.of(commit.revision()) : Optional.empty();
  }
}
