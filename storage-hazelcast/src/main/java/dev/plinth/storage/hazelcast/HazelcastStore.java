package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import dev.plinth.spi.Capability;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.Watches;
import java.time.Duration;
import java.util.Set;

/**
 * One keyspace, replicated by the members of a cluster that this process is one of.
 *
 * <p>Thread-safe. It neither starts the member nor creates the keyspace, and closing it stops
 * neither.
 */
final class HazelcastStore implements Store {
  /**
   * {@code LINEARIZABLE} is withheld: members decide by their own view who owns the data, not by a
   * vote. {@code DURABLE} is withheld: all of it is in memory.
   */
  private static final Set<Capability> CAPABILITIES =
      Set.of(Capability.SHARED, Capability.SOLE_REVISION);

  private final StoreLimits limits;
  private final HazelcastNode node;
  private final HazelcastLines lines;
  private final HazelcastKeyValues keyValues;
  private final HazelcastLeases leases;
  private final HazelcastWatches watches;
  private final HazelcastStatus status;
  private final HazelcastKeeper keeper;

  HazelcastStore(
      HazelcastInstance instance,
      String keyspace,
      StoreRuntime runtime,
      Duration callTimeout,
      StoreLimits limits) {
    this.limits = limits;
    this.node = HazelcastNode.of(instance).orElseThrow();
    OwnerReads ownerReads =
        new OwnerReads(
            runtime, node.owner(keyspace), HazelcastReplicas.ownedVersion(instance, keyspace));
    HazelcastLink link =
        new HazelcastLink(instance, keyspace, runtime, callTimeout, ownerReads, node);
    node.join(link.client(), link.confirmations());
    this.lines = HazelcastLines.over(link);
    this.keyValues = new HazelcastKeyValues(lines, limits);
    this.leases = new HazelcastLeases(lines, limits);
    this.watches = new HazelcastWatches(lines);
    this.status = new HazelcastStatus(lines);
    this.keeper = new HazelcastKeeper(lines);
    keeper.start();
  }

  @Override
  public KeyValues keyValues() {
    return keyValues;
  }

  @Override
  public Leases leases() {
    return leases;
  }

  @Override
  public Watches watches() {
    return watches;
  }

  @Override
  public StoreStatus status() {
    return status.ask();
  }

  @Override
  public StoreLimits limits() {
    return limits;
  }

  @Override
  public Set<Capability> capabilities() {
    return CAPABILITIES;
  }

  @Override
  public StoreRuntime runtime() {
    return lines.link().runtime();
  }

  /** Ends what goes on as lost: what was seen here is no longer part of the data (H12). */
  void giveUp() {
    lines.link().giveUp();
  }

  /** Goes on with a member that was started in place of the one before, to which its node came. */
  void moveTo(HazelcastInstance started) {
    lines.link().moveTo(started);
    watches.listen();
  }

  @Override
  public void close() {
    keeper.close();
    watches.close();
    lines.close();
    node.leave(lines.link().client());
  }
}
