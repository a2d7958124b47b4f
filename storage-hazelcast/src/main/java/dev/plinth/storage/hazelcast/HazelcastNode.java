package dev.plinth.storage.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import dev.plinth.spi.StoreRuntime;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What one member keeps to itself: its clock, its rules, what it knows of the keyspaces it owns,
 * and the clients on it.
 *
 * <p>Thread-safe. Batches find it in the member's user context.
 */
final class HazelcastNode {
  private static final String CONTEXT = "dev.plinth.storage.hazelcast";

  private final StoreRuntime runtime;
  private final OwnerRules rules;
  private final HazelcastGuard guard;
  private final OwnerPromises promises;
  private final CopyRequests copies;
  private final Acknowledgements acknowledgements;
  private final Map<String, KeyspaceOwner> owners = new ConcurrentHashMap<>();
  private final Map<UUID, HazelcastConfirmations> clients = new ConcurrentHashMap<>();

  /** The last state of each data that this member held as a replica, as long as that is in use. */
  private final Map<UUID, WeakReference<HazelcastState>> held = new ConcurrentHashMap<>();

  HazelcastNode(
      StoreRuntime runtime,
      OwnerRules rules,
      HazelcastGuard guard,
      Acknowledgements acknowledgements) {
    this.runtime = runtime;
    this.rules = rules;
    this.guard = guard;
    this.promises = new OwnerPromises(runtime);
    this.copies = new CopyRequests(runtime);
    this.acknowledgements = acknowledgements;
  }

  /** Makes a member that is about to start find this, and understand what is sent to it. */
  void attach(Config config) {
    config.getUserContext().put(CONTEXT, this);
    HazelcastFormat.register(this, config.getSerializationConfig());
  }

  /** Returns what was attached to a member. */
  static Optional<HazelcastNode> of(HazelcastInstance instance) {
    return Optional.ofNullable((HazelcastNode) instance.getUserContext().get(CONTEXT));
  }

  HazelcastGuard guard() {
    return guard;
  }

  OwnerPromises promises() {
    return promises;
  }

  CopyRequests copies() {
    return copies;
  }

  Acknowledgements acknowledgements() {
    return acknowledgements;
  }

  /** Makes what is confirmed to a client on this member reach it. */
  void join(UUID client, HazelcastConfirmations confirmations) {
    clients.put(client, confirmations);
  }

  void leave(UUID client) {
    clients.remove(client);
  }

  /** Called on every replica as a read of a client passes it; most clients are elsewhere. */
  void offer(UUID client, long read, HazelcastState state) {
    HazelcastConfirmations here = clients.get(client);
    if (here != null) {
      here.offer(read, state);
    }
  }

  /** Notes what this member, as a replica, holds from now on. */
  void holds(HazelcastState state) {
    held.put(state.incarnation(), new WeakReference<>(state));
  }

  /** Returns the state at a position, if this member held it last (H4). */
  Optional<HazelcastState> held(HazelcastState.Position position) {
    WeakReference<HazelcastState> last = held.get(position.incarnation());
    return Optional.ofNullable(last)
        .map(WeakReference::get)
        .filter(state -> state.position().equals(position));
  }

  KeyspaceOwner owner(String keyspace) {
    return owners.computeIfAbsent(keyspace, name -> new KeyspaceOwner(runtime, rules));
  }
}
