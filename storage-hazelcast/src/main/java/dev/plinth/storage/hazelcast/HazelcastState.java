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
 * @param index how many steps made it; the same index and incarnation mean the same state (H4)
 * @param owner which member measures the time of leases, as the steps say (H10)
 * @param keyspace the data
 * @param clients the last batch of each client that wrote, so that none is applied twice (H3)
 */
record HazelcastState(
    UUID incarnation,
    long index,
    Optional<UUID> owner,
    Keyspace keyspace,
    Map<UUID, Remembered> clients) {
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
    return new HazelcastState(incarnation, 0, Optional.empty(), Keyspace.empty(), Map.of());
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
