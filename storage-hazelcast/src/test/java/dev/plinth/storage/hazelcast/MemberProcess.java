package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands for the process of one member: it can die, and be started again at the same address.
 * The runtime is that of the machine and outlives it.
 *
 * <p>One thread starts and ends it; any may use its store.
 */
final class MemberProcess implements AutoCloseable {
  private final HazelcastConfig config;
  private final boolean empty;
  private final StoreRuntime runtime;
  private volatile @Nullable HazelcastMember member;
  private volatile @Nullable Store store;
  private volatile @Nullable Address address;

  /**
   * Prepares one of several.
   *
   * @param cluster its name
   * @param ports of all of them
   * @param place which it is
   * @param more settings beside those of every test
   * @param empty whether it keeps no data
   */
  MemberProcess(
      String cluster, List<Integer> ports, int place, Map<String, ?> more, boolean empty) {
    this(cluster, ports, place, more, empty, StoreRuntime.system());
  }

  /** The same with a time of its own. */
  MemberProcess(
      String cluster,
      List<Integer> ports,
      int place,
      Map<String, ?> more,
      boolean empty,
      StoreRuntime runtime) {
    Map<String, Object> settings =
        new HashMap<>(
            Map.of(
                "cluster-name",
                cluster,
                "port",
                ports.get(place),
                "port-count",
                1,
                "members",
                ports.stream().map(port -> "127.0.0.1:" + port).toList(),
                "sync-interval",
                "1s",
                "backup-timeout",
                "1s",
                "heartbeat-interval",
                "1s",
                "heartbeat-timeout",
                "4s"));
    settings.putAll(more);
    this.config = HazelcastConfig.parse(Settings.of(settings));
    this.empty = empty;
    this.runtime = runtime;
  }

  void start() {
    HazelcastMember started = HazelcastMember.start(config, runtime, this::instance);
    member = started;
    address = started.instance().getCluster().getLocalMember().getAddress();
    store = new HazelcastMemberStore(started, config, runtime);
  }

  private HazelcastInstance instance(Config built) {
    return Firewall.start(mergingSoon(built).setLiteMember(empty));
  }

  /** Sides that were apart look for each other more often than in real life. */
  static Config mergingSoon(Config built) {
    return built
        .setProperty("hazelcast.merge.first.run.delay.seconds", "1")
        .setProperty("hazelcast.merge.next.run.delay.seconds", "1");
  }

  boolean isAlive() {
    return store != null;
  }

  /** Whether Hazelcast runs in it, too: that may stop by itself, and is started again. */
  boolean isRunning() {
    HazelcastMember there = member;
    return there != null && there.instance().getLifecycleService().isRunning();
  }

  /** Where it is reached whenever it runs. */
  Address address() {
    return Optional.ofNullable(address).orElseThrow();
  }

  /** The store, while the process lives. */
  Optional<Store> store() {
    return Optional.ofNullable(store);
  }

  /** Opens a client in the process, whose calls may take longer than usual. */
  Store open(Duration callTimeout) {
    HazelcastMember there = Optional.ofNullable(member).orElseThrow();
    return new HazelcastStore(
        there.instance(), HazelcastMember.KEYSPACE, runtime, callTimeout, config.limits());
  }

  HazelcastInstance instance() {
    return Optional.ofNullable(member).orElseThrow().instance();
  }

  Firewall firewall() {
    return Firewall.of(instance());
  }

  /** Ends it as SIGKILL does: nothing is handed over. */
  void kill() {
    Store dead = store;
    HazelcastMember killed = member;
    store = null;
    member = null;
    if (killed != null && dead != null) {
      killed.terminate();
      dead.close();
    }
  }

  /** Ends it as SIGTERM does. */
  void leave() {
    Store leaving = store;
    store = null;
    member = null;
    if (leaving != null) {
      leaving.close();
    }
  }

  @Override
  public void close() {
    kill();
    runtime.close();
  }
}
