package dev.plinth.storage.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.IndeterminateOperationStateException;
import com.hazelcast.instance.FirewallingNodeContext;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.map.IMap;
import com.hazelcast.map.impl.MapService;
import com.hazelcast.map.impl.record.Record;
import com.hazelcast.map.impl.recordstore.RecordStore;
import com.hazelcast.spi.impl.NodeEngineImpl;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.tck.Await;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A plain member with the one map, and stores on it. Thread-safe. */
final class TestMember implements AutoCloseable {
  static final StoreLimits LIMITS =
      new StoreLimits(
          128,
          3L << 19,
          Duration.ofSeconds(2),
          Duration.ofSeconds(9_000_000_000L),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1));

  static final OwnerRules RULES =
      new OwnerRules(100_000, Duration.ofHours(1), 256L << 20, 1L << 30);

  private static final String MAP = "plinth";

  /** Longer than a busy machine keeps anybody from running; who waits for it to pass says less. */
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

  private static final Await PATIENT = new Await(Duration.ofMinutes(1));

  private final HazelcastInstance instance;
  private final StoreRuntime runtime;

  private TestMember(HazelcastInstance instance, StoreRuntime runtime) {
    this.instance = instance;
    this.runtime = runtime;
  }

  /** Starts a member of a cluster of its own. */
  static TestMember alone(OwnerRules rules) {
    return start(config("alone-" + UUID.randomUUID(), List.of(), 0), rules, (i, k) -> {});
  }

  static TestMember start(Config config, OwnerRules rules, HazelcastGuard guard) {
    return start(config, rules, guard, Acknowledgements.ofOneHistory());
  }

  static TestMember start(
      Config config, OwnerRules rules, HazelcastGuard guard, Acknowledgements acknowledgements) {
    StoreRuntime runtime = StoreRuntime.system();
    new HazelcastNode(runtime, rules, guard, acknowledgements).attach(config);
    return new TestMember(
        HazelcastInstanceFactory.newHazelcastInstance(config, null, new FirewallingNodeContext()),
        runtime);
  }

  static Config config(String cluster, List<String> others, int backups) {
    Config config = new Config().setClusterName(cluster);
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "none");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.operation.fail.on.indeterminate.state", "true");
    config.setProperty("hazelcast.operation.backup.timeout.millis", "1000");
    // Replicas that are behind ask for a copy themselves; nobody else shall repair them here.
    config.setProperty("hazelcast.partition.backup.sync.interval", "600");
    config.setProperty("hazelcast.partition.count", "11");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.getNetworkConfig().setPort(5901).setPortAutoIncrement(true).setPortCount(200);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setMembers(others);
    config.addMapConfig(
        new MapConfig(MAP)
            .setInMemoryFormat(InMemoryFormat.OBJECT)
            .setBackupCount(backups)
            .setStatisticsEnabled(false));
    return config;
  }

  HazelcastInstance instance() {
    return instance;
  }

  String address() {
    return instance.getCluster().getLocalMember().getAddress().getHost()
        + ":"
        + instance.getCluster().getLocalMember().getAddress().getPort();
  }

  IMap<String, HazelcastState> states() {
    return instance.getMap(MAP);
  }

  /** Creates a keyspace, unless it is there; returns which data there is. */
  UUID create(String keyspace) {
    // The same one again, so that no replica creates other data than its owner.
    HazelcastCreation creation = new HazelcastCreation(UUID.randomUUID());
    return PATIENT.value(
        "the keyspace is created",
        () -> {
          try {
            return Optional.of(states().executeOnKey(keyspace, creation));
          } catch (IndeterminateOperationStateException backupsAreLate) {
            return Optional.empty();
          }
        });
  }

  /** Looks at this member's own copy, whatever its role. */
  @Nullable HazelcastState replica(String keyspace) {
    NodeEngineImpl engine = ((HazelcastInstanceProxy) instance).getOriginal().node.getNodeEngine();
    MapService maps = engine.getService(MapService.SERVICE_NAME);
    int partition = instance.getPartitionService().getPartition(keyspace).getPartitionId();
    RecordStore<?> records = maps.getMapServiceContext().getExistingRecordStore(partition, MAP);
    Record<?> record = records == null ? null : records.getRecord(engine.toData(keyspace));
    return record == null ? null : (HazelcastState) record.getValue();
  }

  Store open(String keyspace) {
    return open(keyspace, CALL_TIMEOUT);
  }

  Store open(String keyspace, Duration callTimeout) {
    return new HazelcastStore(instance, keyspace, runtime, callTimeout, LIMITS);
  }

  @Override
  public void close() {
    instance.getLifecycleService().terminate();
    runtime.close();
  }
}
