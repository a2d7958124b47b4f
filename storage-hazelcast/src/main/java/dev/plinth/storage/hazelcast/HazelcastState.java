package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Bytes;
import dev.plinth.storage.mvcc.Keyspace;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * All that one keyspace is, on every replica of it: the value of its entry in the one map.
 *
 * <p>Immutable, so that a command that fails half-way has changed nothing (H1); {@link StateEdit}
 * makes the next one.
 *
 * @param incarnation tells this data from any other of the same name (H11)
 * @param index how many steps made it
 * @param term how often a member took over, so that a later owner tells itself from an earlier one
 * @param owner which member measures the time of leases, as the steps say (H10)
 * @param keyspace the data
 * @param clients the last batch of each client that wrote, so that none is applied twice (H3)
 */
record HazelcastState(
    UUID incarnation,
    long index,
    long term,
    Optional<UUID> owner,
    Keyspace keyspace,
    Map<UUID, Remembered> clients) {
  /**
   * Where data is: two states at the same position are the same (H4). An index alone would not say
   * that, for two owners that do not know of one another both count on.
   */
  record Position(UUID incarnation, long index, long term, Optional<UUID> owner) {
    /** Whether somebody took over who does not know of this, or whom this does not know. */
    boolean isOvertakenBy(Position other) {
      return other.term > term || (other.term == term && !other.owner.equals(owner));
    }
  }

  /**
   * The last batch of a client.
   *
   * @param sequence its number, rising
   * @param index when it was applied
   * @param answers what it answered; nothing if that was too much to keep
   */
  record Remembered(long sequence, long index, Optional<Bytes> answers) {}

  /** Copies the map. */
  HazelcastState {
    clients = Map.copyOf(clients);
  }

  /** Returns data that holds nothing yet. */
  static HazelcastState create(UUID incarnation) {
    return new HazelcastState(incarnation, 0, 0, Optional.empty(), Keyspace.empty(), Map.of());
  }

  Position position() {
    return new Position(incarnation, index, term, owner);
  }

  StateEdit edit() {
    return new StateEdit(this);
  }

  /** Whether this state has seen a batch of a client, or a later one. */
  boolean hasSeen(UUID client, long sequence) {
    Remembered last = clients.get(client);
    return last != null && last.sequence() >= sequence;
  }
}
