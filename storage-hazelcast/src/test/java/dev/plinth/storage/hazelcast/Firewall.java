package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.partition.impl.PartitionDataSerializerHook;
import com.hazelcast.internal.server.FirewallingServer;
import com.hazelcast.internal.server.FirewallingServer.FirewallingServerConnectionManager;
import com.hazelcast.internal.server.PacketFilter;
import com.hazelcast.internal.server.Server;
import com.hazelcast.internal.server.tcp.LocalAddressRegistry;
import com.hazelcast.internal.server.tcp.ServerSocketRegistry;
import com.hazelcast.spi.impl.SpiDataSerializerHook;
import com.hazelcast.test.PacketFiltersUtil;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * What stands between one member and the others, on real sockets.
 *
 * <p>Thread-safe.
 */
final class Firewall {
  private final Node node;

  private Firewall(HazelcastInstance instance) {
    this.node = ((HazelcastInstanceProxy) instance).getOriginal().node;
  }

  /** Starts an instance that has one. */
  static HazelcastInstance start(Config config) {
    return start(config, Set.of());
  }

  /** The same; lets nothing through to some addresses from the beginning. */
  static HazelcastInstance start(Config config, Set<Address> blocked) {
    return HazelcastInstanceFactory.newHazelcastInstance(
        config, "behind-a-firewall-" + UUID.randomUUID(), new Context(blocked));
  }

  static Firewall of(HazelcastInstance instance) {
    return new Firewall(instance);
  }

  private FirewallingServerConnectionManager connections() {
    return (FirewallingServerConnectionManager)
        node.getServer().getConnectionManager(EndpointQualifier.MEMBER);
  }

  private Address address() {
    return node.getThisAddress();
  }

  /** Lets nothing through, in either direction. */
  void cut(Firewall other) {
    connections().blockNewConnection(other.address());
    other.connections().blockNewConnection(address());
    connections().closeActiveConnection(other.address());
    other.connections().closeActiveConnection(address());
  }

  /** Breaks what is there between two, as a network does that fails for a moment. */
  void reset(Firewall other) {
    connections().closeActiveConnection(other.address());
    other.connections().closeActiveConnection(address());
  }

  /** Lets everything vanish that this member sends; no connection breaks. */
  void silence() {
    connections().setPacketFilter((packet, target) -> PacketFilter.Action.DROP);
  }

  /** Lets everything vanish that this member sends to another; no connection breaks. */
  void silence(Firewall other) {
    filter(other, PacketFilter.Action.DROP);
  }

  /** Delays what this member sends to another. */
  void delay(Firewall other, long millis) {
    filter(other, PacketFilter.Action.DELAY);
    connections().setDelayMillis(millis, millis);
  }

  private void filter(Firewall other, PacketFilter.Action action) {
    Address address = other.address();
    connections()
        .setPacketFilter(
            (packet, target) -> target.equals(address) ? action : PacketFilter.Action.ALLOW);
  }

  /** Lets backups vanish that this member sends to another. */
  void loseBackups(Firewall other) {
    lose(other, SpiDataSerializerHook.F_ID, SpiDataSerializerHook.BACKUP);
  }

  /** Lets vanish what this member says to another of backups that it took. */
  void loseBackupAnswers(Firewall other) {
    lose(other, SpiDataSerializerHook.F_ID, SpiDataSerializerHook.BACKUP_ACK_RESPONSE);
  }

  /** Lets copies of all that this member owns vanish on their way to another. */
  void loseCopies(Firewall other) {
    lose(
        other, PartitionDataSerializerHook.F_ID, PartitionDataSerializerHook.REPLICA_SYNC_RESPONSE);
  }

  private void lose(Firewall other, int factory, int kind) {
    PacketFiltersUtil.dropOperationsBetween(
        node.hazelcastInstance, other.node.hazelcastInstance, factory, List.of(kind));
  }

  /** Delays what this member sends. */
  void delay(long leastMillis, long mostMillis) {
    connections().setPacketFilter((packet, target) -> PacketFilter.Action.DELAY);
    connections().setDelayMillis(leastMillis, mostMillis);
  }

  /** Lets everything through again. */
  void heal(Firewall other) {
    heal(other.address());
  }

  /** The same, to an address where nobody may be just now. */
  void heal(Address other) {
    connections().removePacketFilter();
    connections().unblock(other);
  }

  private static final class Context extends DefaultNodeContext {
    private final Set<Address> blocked;

    Context(Set<Address> blocked) {
      this.blocked = blocked;
    }

    @Override
    public Server createServer(
        Node node, ServerSocketRegistry sockets, LocalAddressRegistry addresses) {
      return new FirewallingServer(super.createServer(node, sockets, addresses), blocked);
    }
  }
}
