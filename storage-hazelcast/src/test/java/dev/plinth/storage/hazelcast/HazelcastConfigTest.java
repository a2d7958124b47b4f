package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.config.EntryListenerConfig;
import com.hazelcast.config.EvictionConfig;
import com.hazelcast.config.EvictionPolicy;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.IndexConfig;
import com.hazelcast.config.IndexType;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.NearCacheConfig;
import com.hazelcast.spi.merge.PutIfAbsentMergePolicy;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionOn;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be configured, and what Hazelcast is told. */
final class HazelcastConfigTest {
  @Test
  void threeMembersOnThisMachineAreTheDefault() {
    HazelcastConfig config = HazelcastConfig.parse(Settings.empty());
    assertThat(config.clusterSize()).isEqualTo(3);
    assertThat(config.minimumMembers()).isEqualTo(2);
    assertThat(config.backupCount()).isEqualTo(2);
    assertThat(config.stateBudgetBytes()).isEqualTo(32L << 20);
    assertThat(config.bindAddress()).isEqualTo("127.0.0.1");
    assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.members())
        .contains("127.0.0.1:5701", "127.0.0.1:5702", "127.0.0.1:5801", "127.0.0.1:6701");
  }

  @Test
  void launchersThatAreMovedLookForEachOther() {
    HazelcastConfig moved = HazelcastConfig.parse(Settings.of(Map.of("port-offset", 345)));
    assertThat(moved.port()).isEqualTo(6046);
    assertThat(moved.members()).contains("127.0.0.1:5701", "127.0.0.1:6046", "127.0.0.1:6047");
  }

  /** Ports beside a single one belong to others, such as the launcher's own services. */
  @Test
  void aSinglePortIsNotMovedToItsNeighbours() {
    HazelcastConfig single =
        HazelcastConfig.parse(Settings.of(Map.of("port-count", 1, "port-offset", 20)));
    assertThat(single.members())
        .contains("127.0.0.1:5701", "127.0.0.1:5711", "127.0.0.1:5721", "127.0.0.1:5801")
        .doesNotContain("127.0.0.1:5702", "127.0.0.1:5710", "127.0.0.1:5722");
  }

  @Test
  void everyMistakeIsNamedWithItsKey() {
    assertThatThrownBy(() ->
            HazelcastConfig.parse(
                Settings.of(
                    Map.of(
                        "membres",
                        "a",
                        "port",
                        "x",
                        "members",
                        List.of("a b"),
                        "cluster-size",
                        5,
                        "backup-count",
                        1,
                        "heartbeat-interval",
                        "8s",
                        "state-budget",
                        "0 B",
                        "cluster-name",
                        " "))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContainingAll(
            "membres: unknown key",
            "did you mean 'members'?",
            "port: 'x'",
            "members: 'a b'",
            "backup-count: must be at least 2",
            "heartbeat-timeout: must be at least twice",
            "state-budget: must be at least 1 B",
            "cluster-name: must not be empty");
  }

  @Test
  void moreThanTheClusterCannotBeTheMinimum() {
    assertThatThrownBy(() ->
            HazelcastConfig.parse(Settings.of(Map.of("cluster-size", 1, "minimum-members", 2))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("minimum-members: must not be above cluster-size, which is 1");
  }

  /** Rule H5. */
  @Test
  void anUnconfirmedWriteIsNeverTakenForDone() {
    Config built = HazelcastMemberConfig.build(HazelcastConfig.parse(Settings.empty()));
    assertThat(built.getProperty("hazelcast.operation.fail.on.indeterminate.state"))
        .isEqualTo("true");
    assertThat(built.getProperty("hazelcast.operation.backup.timeout.millis")).isEqualTo("1500");
    assertThat(built.getProperty("hazelcast.partition.backup.sync.interval")).isEqualTo("2");
    assertThat(built.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
    assertThat(built.getJetConfig().isEnabled()).isFalse();
  }

  /** Rule H7. */
  @Test
  void lessThanAMajorityIsRefusedByHazelcastToo() {
    Config built = HazelcastMemberConfig.build(HazelcastConfig.parse(Settings.empty()));
    String name = built.getMapConfig(HazelcastMemberConfig.MAP).getSplitBrainProtectionName();
    assertThat(built.getSplitBrainProtectionConfig(name).getMinimumClusterSize()).isEqualTo(2);
    assertThat(built.getSplitBrainProtectionConfig(name).getProtectOn())
        .isEqualTo(SplitBrainProtectionOn.READ_WRITE);
    Config single =
        HazelcastMemberConfig.build(
            HazelcastConfig.parse(Settings.of(Map.of("minimum-members", 1))));
    assertThat(single.getSplitBrainProtectionConfigs()).isEmpty();
  }

  /** Rule H2. */
  @Test
  void theMapThatIsBuiltCanHoldAKeyspace() {
    HazelcastMemberConfig.refuseOtherMap(map());
  }

  /** Rule H2. */
  @ParameterizedTest(name = "{0}")
  @MethodSource
  void aMapThatCannotHoldAKeyspaceIsRefused(String problem, Consumer<MapConfig> change) {
    MapConfig map = map();
    change.accept(map);
    assertThatThrownBy(() -> HazelcastMemberConfig.refuseOtherMap(map))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the map plinth cannot hold a keyspace: " + problem);
  }

  static Stream<Arguments> aMapThatCannotHoldAKeyspaceIsRefused() {
    return Stream.of(
        change("the format is not OBJECT", map -> map.setInMemoryFormat(InMemoryFormat.BINARY)),
        change(
            "there is an index", map -> map.addIndexConfig(new IndexConfig(IndexType.HASH, "a"))),
        change(
            "there is a listener of entries",
            map -> map.addEntryListenerConfig(new EntryListenerConfig("a.B", true, true))),
        change("there is a near cache", map -> map.setNearCacheConfig(new NearCacheConfig("a"))),
        change("there is a map store", map -> map.getMapStoreConfig().setEnabled(true)),
        change("there is an event journal", map -> map.getEventJournalConfig().setEnabled(true)),
        change("entries have a time to live", map -> map.setTimeToLiveSeconds(1)),
        change("entries end when they are idle", map -> map.setMaxIdleSeconds(1)),
        change(
            "entries are evicted",
            map ->
                map.setEvictionConfig(new EvictionConfig().setEvictionPolicy(EvictionPolicy.LRU))),
        change("entries have statistics", map -> map.setPerEntryStatsEnabled(true)),
        change("backups are read", map -> map.setReadBackupData(true)),
        change("there are backups that nobody waits for", map -> map.setAsyncBackupCount(1)),
        change(
            "a merge keeps what it should discard",
            map ->
                map.setMergePolicyConfig(
                    new MergePolicyConfig(PutIfAbsentMergePolicy.class.getName(), 100))));
  }

  private static Arguments change(String problem, Consumer<MapConfig> change) {
    return Arguments.of(problem, change);
  }

  private static MapConfig map() {
    return HazelcastMemberConfig.build(HazelcastConfig.parse(Settings.empty()))
        .getMapConfig(HazelcastMemberConfig.MAP);
  }
}
