package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.instance.impl.HazelcastInstanceImpl;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.partition.InternalPartition;
import com.hazelcast.internal.partition.InternalPartitionService;
import com.hazelcast.internal.partition.PartitionReplica;
import com.hazelcast.internal.partition.impl.InternalPartitionServiceImpl;
import com.hazelcast.internal.partition.impl.PartitionReplicaManager;
import com.hazelcast.internal.services.ServiceNamespace;
import com.hazelcast.map.impl.MapService;
import com.hazelcast.map.impl.record.Record;
import com.hazelcast.map.impl.recordstore.RecordStore;
import com.hazelcast.spi.exception.RetryableHazelcastException;
import com.hazelcast.spi.impl.NodeEngine;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * Which members hold a keyspace, and what this one holds: the one class that asks Hazelcast's
 * internals, because its public interface names only the owner.
 *
 * <p>Stateless but for its limits; thread-safe; never blocks.
 */
final class HazelcastReplicas implements HazelcastGuard {
  /** The version of the list of replicas, to whom does not own it or is about to lose it. */
  static final int NOT_OWNED = -1;

  /** The version of a list of members with which its first one begins. */
  private static final int FIRST = 1;

  private final int backupCount;
  private final int neededBackups;

  /**
   * Makes a guard.
   *
   * @param backupCount copies beside the owner's that are wanted
   * @param minimumMembers copies, with the owner's, without which nothing is served
   */
  HazelcastReplicas(int backupCount, int minimumMembers) {
    this.backupCount = backupCount;
    this.neededBackups = minimumMembers - 1;
  }

  /**
   * Uses everything here once, so that a Hazelcast which differs is noticed before it matters.
   *
   * @throws IllegalStateException with one sentence if it does
   */
  void checkSelf(HazelcastInstance instance, String keyspace) {
    try {
      boolean unusedOwner = isOwner(instance, keyspace);
      PartitionReplicaManager unusedManager = replicaManager(node(instance));
      int unusedVersion = ownedVersion(instance, keyspace).getAsInt();
      Optional<HazelcastState> unusedCopy = copy(instance, keyspace);
      if (liveBackups(instance, keyspace) < 0 || memberListVersion(instance) < FIRST) {
        throw new IllegalStateException("unforeseen answers");
      }
    } catch (LinkageError | RuntimeException differs) {
      String version = HazelcastInstance.class.getPackage().getImplementationVersion();
      throw new IllegalStateException(
          "this Hazelcast"
              + (version == null ? "" : " (" + version + ")")
              + " does not tell where copies are as 5.7 does, so writes cannot be kept safe; put"
              + " Hazelcast 5.7 on the class path",
          differs);
    }
  }

  /**
   * Refuses a batch unless a majority of replicas is at members that live (H6). What is sent to
   * fewer backups than are wanted counts as kept for Hazelcast; not here.
   */
  @Override
  public void check(HazelcastInstance instance, String keyspace) {
    int live = neededBackups == 0 ? 0 : liveBackups(instance, keyspace);
    if (live < neededBackups) {
      throw new RetryableHazelcastException(
          "too few members hold the data: "
              + (live + 1)
              + " of the "
              + (neededBackups + 1)
              + " that minimum-members asks for");
    }
  }

  /** How many members beside the owner are assigned a copy and live, of those sent to. */
  int liveBackups(HazelcastInstance instance, String keyspace) {
    Node node = node(instance);
    InternalPartitionService partitions = node.getPartitionService();
    InternalPartition partition = partition(node, keyspace);
    int sentTo = Math.min(backupCount, partitions.getMaxAllowedBackupCount());
    int live = 0;
    for (int index = 1; index <= sentTo; index++) {
      PartitionReplica replica = partition.getReplica(index);
      if (replica != null
          && node.getClusterService().getMember(replica.address(), replica.uuid()) != null) {
        live++;
      }
    }
    return live;
  }

  /** Whether the local member owns a keyspace, as it sees it; asks nobody and assigns nothing. */
  boolean isOwner(HazelcastInstance instance, String keyspace) {
    return partition(node(instance), keyspace).isLocal();
  }

  /**
   * Says how often those who hold a keyspace have changed, while the local member owns it and
   * nothing of it is moved; asks nobody and assigns nothing.
   *
   * @return to be asked by any thread; {@link #NOT_OWNED} if it does not own it
   */
  static IntSupplier ownedVersion(HazelcastInstance instance, String keyspace) {
    InternalPartition partition = partition(node(instance), keyspace);
    return () -> partition.isLocal() && !partition.isMigrating() ? partition.version() : NOT_OWNED;
  }

  /**
   * Asks the owner for all of its state, because the local replica is not where the owner is.
   * Hazelcast itself notices that only when it next compares them. On the partition's thread.
   *
   * @param again whether what was asked for before is lost; Hazelcast, which asks once at a time,
   *     would wait for it for five minutes
   */
  static void requestCopy(HazelcastInstance instance, String keyspace, boolean again) {
    Node node = node(instance);
    InternalPartition partition = partition(node, keyspace);
    int replica = partition.getReplicaIndex(PartitionReplica.from(node.getLocalMember()));
    if (replica > 0) {
      ServiceNamespace data = MapService.getObjectNamespace(HazelcastMemberConfig.MAP);
      PartitionReplicaManager manager = replicaManager(node);
      if (again) {
        manager.clearReplicaSyncRequest(partition.getPartitionId(), data, replica);
      }
      manager.triggerPartitionReplicaSync(partition.getPartitionId(), List.of(data), replica);
    }
  }

  /**
   * Lets copies move again, if that is the local member's to do and it waits because one could not.
   *
   * @throws HazelcastInstanceNotActiveException if the member has stopped
   */
  static void resumeMigrations(HazelcastInstance instance) {
    InternalPartitionService partitions = node(instance).getPartitionService();
    if (partitions.isLocalMemberMaster()) {
      partitions.resumeMigration();
    }
  }

  /**
   * What the local member holds of a keyspace, as owner or as backup, if it does. A record tells
   * its value to any thread, and the value never changes.
   */
  Optional<HazelcastState> copy(HazelcastInstance instance, String keyspace) {
    Node node = node(instance);
    NodeEngine engine = node.getNodeEngine();
    MapService maps = engine.getService(MapService.SERVICE_NAME);
    RecordStore<?> records =
        maps.getMapServiceContext()
            .getExistingRecordStore(
                partition(node, keyspace).getPartitionId(), HazelcastMemberConfig.MAP);
    Record<?> record = records == null ? null : records.getRecord(engine.toData(keyspace));
    return record == null
        ? Optional.empty()
        : Optional.ofNullable((HazelcastState) record.getValue());
  }

  /** Whether the local member began its cluster; one that joined or merged into another did not. */
  boolean hasFounded(HazelcastInstance instance) {
    return memberListVersion(instance) == FIRST;
  }

  /** Whether the member that began this cluster is still in it. */
  boolean hasFounder(HazelcastInstance instance) {
    return node(instance).getClusterService().getMemberImpls().stream()
        .anyMatch(member -> member.getMemberListJoinVersion() == FIRST);
  }

  private static int memberListVersion(HazelcastInstance instance) {
    return node(instance).getLocalMember().getMemberListJoinVersion();
  }

  private static PartitionReplicaManager replicaManager(Node node) {
    return ((InternalPartitionServiceImpl) node.getPartitionService()).getReplicaManager();
  }

  private static InternalPartition partition(Node node, String keyspace) {
    InternalPartitionService partitions = node.getPartitionService();
    return partitions.getPartition(partitions.getPartitionId(keyspace), false);
  }

  private static Node node(HazelcastInstance instance) {
    return switch (instance) {
      case HazelcastInstanceProxy proxy -> proxy.getOriginal().node;
      case HazelcastInstanceImpl itself -> itself.node;
      default -> throw new IllegalStateException("no member: " + instance.getClass().getName());
    };
  }
}
