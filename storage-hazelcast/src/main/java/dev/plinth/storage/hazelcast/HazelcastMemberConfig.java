package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.config.SplitBrainProtectionConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.spi.merge.DiscardMergePolicy;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionOn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Says to Hazelcast what the store needs of it, and finds out whether it is so. Stateless. */
final class HazelcastMemberConfig {
  /** The one map. */
  static final String MAP = "plinth";

  /** Few, for one keyspace is in one of them; the same on all members, or they do not join. */
  private static final int PARTITIONS = 13;

  private static final String PROTECTION = "plinth-majority";
  private static final Duration SHORTEST_CALL = Duration.ofSeconds(10);

  /** Between tries of one operation; Hazelcast's own is ten times as long. */
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

  /** Hazelcast's own number is a tenth. */
  private static final int MOST_TRIES = 2500;

  private static final Duration JOIN_LIMIT = Duration.ofMinutes(1);
  private static final Duration BETWEEN_SEARCHES = Duration.ofSeconds(5);

  private HazelcastMemberConfig() {}

  /** The one map: by name of keyspace, in object format, so that no command copies the state. */
  static IMap<String, HazelcastState> map(HazelcastInstance instance) {
    return instance.getMap(MAP);
  }

  static Config build(HazelcastConfig config) {
    Config built = new Config().setClusterName(config.clusterName());
    properties(config).forEach(built::setProperty);
    built.getJetConfig().setEnabled(false);
    built.getMetricsConfig().setEnabled(false);
    built.getIntegrityCheckerConfig().setEnabled(false);
    built.setAdvancedNetworkConfig(network(config));
    attributes(config)
        .forEach((name, value) -> built.getMemberAttributeConfig().setAttribute(name, value));
    MapConfig map =
        new MapConfig(MAP)
            .setInMemoryFormat(InMemoryFormat.OBJECT)
            .setBackupCount(config.backupCount())
            .setAsyncBackupCount(0)
            .setReadBackupData(false)
            .setStatisticsEnabled(false)
            .setPerEntryStatsEnabled(false)
            .setMergePolicyConfig(
                new MergePolicyConfig(
                    DiscardMergePolicy.class.getName(), MergePolicyConfig.DEFAULT_BATCH_SIZE));
    if (config.minimumMembers() > 1) {
      built.addSplitBrainProtectionConfig(protection(config));
      map.setSplitBrainProtectionName(PROTECTION);
    }
    return built.addMapConfig(map);
  }

  private static Map<String, String> properties(HazelcastConfig config) {
    Duration call =
        config.requestTimeout().compareTo(SHORTEST_CALL) > 0
            ? config.requestTimeout()
            : SHORTEST_CALL;
    return Map.ofEntries(
        Map.entry("hazelcast.phone.home.enabled", "false"),
        Map.entry("hazelcast.logging.type", "slf4j"),
        Map.entry("hazelcast.shutdownhook.enabled", "false"),
        Map.entry("hazelcast.operation.fail.on.indeterminate.state", "true"),
        Map.entry("hazelcast.client.operation.fail.on.indeterminate.state", "true"),
        Map.entry(
            "hazelcast.operation.backup.timeout.millis",
            Long.toString(config.backupTimeout().toMillis())),
        Map.entry("hazelcast.operation.call.timeout.millis", Long.toString(call.toMillis())),
        // Whoever waits for a copy to arrive asks again after 1, 2, 4 ... ms up to this; the pauses
        // up to its 500 ms would make a fail-over twice as long.
        Map.entry(
            "hazelcast.invocation.retry.pause.millis", Long.toString(LONGEST_PAUSE.toMillis())),
        // Tries are counted, so there must be more of them for the same time.
        Map.entry("hazelcast.invocation.max.retry.count", Integer.toString(MOST_TRIES)),
        Map.entry("hazelcast.partition.backup.sync.interval", seconds(config.syncInterval())),
        Map.entry("hazelcast.partition.count", Integer.toString(PARTITIONS)),
        Map.entry("hazelcast.heartbeat.interval.seconds", seconds(config.heartbeatInterval())),
        Map.entry("hazelcast.max.no.heartbeat.seconds", seconds(config.heartbeatTimeout())),
        // Two members that lost sight of one another only, and neither of them the master, would
        // never look again: a member sends nothing to one that it suspects. One of them has to go,
        // and comes back.
        Map.entry(
            "hazelcast.partial.member.disconnection.resolution.heartbeat.count",
            Long.toString(config.heartbeatTimeout().dividedBy(config.heartbeatInterval()))),
        Map.entry("hazelcast.graceful.shutdown.max.wait", seconds(config.shutdownTimeout())),
        Map.entry("hazelcast.merge.first.run.delay.seconds", seconds(BETWEEN_SEARCHES)),
        Map.entry("hazelcast.merge.next.run.delay.seconds", seconds(BETWEEN_SEARCHES)),
        Map.entry("hazelcast.max.join.seconds", seconds(JOIN_LIMIT)),
        Map.entry("hazelcast.wait.seconds.before.join", "0"),
        Map.entry("hazelcast.event.thread.count", "1"),
        Map.entry("hazelcast.socket.bind.any", Boolean.toString(isAnywhere(config))));
  }

  private static String seconds(Duration duration) {
    return Long.toString(duration.toSeconds());
  }

  private static boolean isAnywhere(HazelcastConfig config) {
    return config.bindAddress().equals("0.0.0.0") || config.bindAddress().equals("::");
  }

  /**
   * The only end point is for members, which the plain network configuration cannot say. There
   * Hazelcast asks whoever connects for a protocol, and while it waits for the answer of a member,
   * of a frozen one for example, a thread that writes to others too spins (hazelcast#26473).
   */
  private static AdvancedNetworkConfig network(HazelcastConfig config) {
    ServerSocketEndpointConfig endpoint =
        new ServerSocketEndpointConfig()
            .setPort(config.port())
            .setPortAutoIncrement(config.portCount() > 1)
            .setPortCount(config.portCount())
            // Otherwise a member that was killed and is started again finds its port in use.
            .setReuseAddress(true);
    if (!isAnywhere(config)) {
      endpoint.getInterfaces().setEnabled(true).addInterface(config.bindAddress());
    }
    config.publicAddress().ifPresent(endpoint::setPublicAddress);
    AdvancedNetworkConfig network =
        new AdvancedNetworkConfig().setEnabled(true).setMemberEndpointConfig(endpoint);
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(config.multicast());
    join.getTcpIpConfig().setEnabled(!config.multicast()).setMembers(config.members());
    return network;
  }

  private static SplitBrainProtectionConfig protection(HazelcastConfig config) {
    int tolerance = (int) config.heartbeatTimeout().toMillis();
    SplitBrainProtectionConfig protection =
        SplitBrainProtectionConfig.newRecentlyActiveSplitBrainProtectionConfigBuilder(
                PROTECTION, config.minimumMembers(), tolerance)
            .build();
    return protection.setProtectOn(SplitBrainProtectionOn.READ_WRITE);
  }

  /** What must be the same on all members, for each of them may become the owner. */
  private static Map<String, String> attributes(HazelcastConfig config) {
    return Map.of(
        "plinth.backup-count", Integer.toString(config.backupCount()),
        "plinth.cluster-size", Integer.toString(config.clusterSize()),
        "plinth.minimum-members", Integer.toString(config.minimumMembers()));
  }

  /**
   * Looks whether the map is as rule H2 needs it: nothing that copies the state, calls foreign code
   * or lets an entry go.
   *
   * @throws IllegalStateException naming all that is not so
   */
  static void refuseOtherMap(MapConfig map) {
    List<String> wrong = new ArrayList<>();
    note(wrong, map.getInMemoryFormat() != InMemoryFormat.OBJECT, "the format is not OBJECT");
    note(wrong, !map.getIndexConfigs().isEmpty(), "there is an index");
    note(wrong, !map.getEntryListenerConfigs().isEmpty(), "there is a listener of entries");
    note(wrong, !map.getQueryCacheConfigs().isEmpty(), "there is a query cache");
    note(wrong, map.getNearCacheConfig() != null, "there is a near cache");
    note(wrong, map.getMapStoreConfig().isEnabled(), "there is a map store");
    note(wrong, map.getEventJournalConfig().isEnabled(), "there is an event journal");
    note(
        wrong,
        Boolean.TRUE.equals(map.getMerkleTreeConfig().getEnabled()),
        "there is a Merkle tree");
    note(wrong, map.getTimeToLiveSeconds() != 0, "entries have a time to live");
    note(wrong, map.getMaxIdleSeconds() != 0, "entries end when they are idle");
    note(
        wrong,
        map.getEvictionConfig().getEvictionPolicy() != EvictionPolicy.NONE,
        "entries are evicted");
    note(wrong, map.isPerEntryStatsEnabled(), "entries have statistics");
    note(wrong, map.isReadBackupData(), "backups are read");
    note(wrong, map.getAsyncBackupCount() != 0, "there are backups that nobody waits for");
    note(
        wrong,
        !map.getMergePolicyConfig().getPolicy().equals(DiscardMergePolicy.class.getName()),
        "a merge keeps what it should discard");
    if (!wrong.isEmpty()) {
      throw new IllegalStateException(
          "the map " + map.getName() + " cannot hold a keyspace: " + String.join(", ", wrong));
    }
  }

  private static void note(List<String> wrong, boolean is, String what) {
    if (is) {
      wrong.add(what);
    }
  }

  /**
   * Compares what must be the same on all members.
   *
   * @throws IllegalStateException naming each difference
   */
  static void refuseOtherMembers(Cluster cluster) {
    Member local = cluster.getLocalMember();
    List<String> wrong = new ArrayList<>();
    for (Member member : cluster.getMembers()) {
      local
          .getAttributes()
          .forEach((name, value) -> {
            String other = member.getAttribute(name);
            note(
                wrong,
                name.startsWith("plinth.") && !value.equals(other),
                name.substring(name.indexOf('.') + 1)
                    + " is "
                    + value
                    + " here and "
                    + other
                    + " at "
                    + member.getAddress());
          });
    }
    if (!wrong.isEmpty()) {
      throw new IllegalStateException(
          "members of a cluster must be configured alike: " + String.join(", ", wrong));
    }
  }
}
