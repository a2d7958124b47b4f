package dev.plinth.benchmarks;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import dev.plinth.benchmarks.CallerCase.Operation;
import dev.plinth.benchmarks.Comparison.Row;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** Measures the Hazelcast store beside Hazelcast's own map, each on two members with one backup. */
final class HazelcastReport {
  private static final int MEMBERS = 2;
  private static final int CALLERS = 64;

  private final PrintStream out;

  HazelcastReport(PrintStream out) {
    this.out = out;
  }

  /** Returns how many bars were missed. */
  int print(int rounds) throws InterruptedException, ExecutionException, IOException {
    Comparison comparison = new Comparison(out, "map");
    comparison.head(
        "Hazelcast store, 16-byte keys, 128-byte values, against IMap, each on two members with one"
            + " backup, all in this process.",
        rounds);
    List<Integer> ports = freePorts(2 * MEMBERS);
    List<Integer> ofStore = ports.subList(0, MEMBERS);
    List<Integer> ofMap = ports.subList(MEMBERS, 2 * MEMBERS);
    List<Store> stores = new ArrayList<>();
    List<HazelcastInstance> instances = new ArrayList<>();
    try (StoreRuntime runtime = StoreRuntime.system()) {
      try {
        ofStore.forEach(port -> stores.add(open(port, ofStore, runtime)));
        ofMap.forEach(port -> instances.add(start(port, ofMap)));
        return comparison.run(rows(stores, owner(stores.getFirst(), ofStore), instances), rounds);
      } finally {
        stores.forEach(Store::close);
        instances.forEach(HazelcastInstance::shutdown);
      }
    }
  }

  private static List<Row> rows(List<Store> stores, int owner, List<HazelcastInstance> instances) {
    List<HazelcastInstance> one = List.of(instances.getFirst());
    Member local = instances.getFirst().getCluster().getLocalMember();
    int keys = CALLERS * CallerCase.KEYS_EACH;
    return List.of(
        new Row(
            new CallerCase(Operation.PUT, ", from both members", CALLERS, 0.6),
            new StoreSubject(stores),
            new MapSubject(instances, keys, any -> true)),
        new Row(
            new CallerCase(Operation.GET, ", where the data is", CALLERS, 0.5),
            new StoreSubject(List.of(stores.get(owner))),
            new MapSubject(one, keys, local::equals)),
        new Row(
            new CallerCase(Operation.GET, ", from the other member", CALLERS, 0.3),
            new StoreSubject(List.of(stores.get(1 - owner))),
            new MapSubject(one, keys, holder -> !holder.equals(local))));
  }

  /** Which of the stores is on the member that owns the data. */
  private static int owner(Store any, List<Integer> ports) {
    StoreStatus status = any.status();
    String leader = status.leader().orElseThrow();
    String address =
        status.members().stream()
            .filter(member -> member.id().equals(leader))
            .findFirst()
            .orElseThrow()
            .name();
    return address.endsWith(":" + ports.getFirst()) ? 0 : 1;
  }

  private static Store open(int port, List<Integer> all, StoreRuntime runtime) {
    return StoreProvider.named("hazelcast")
        .open(
            Settings.of(
                Map.of(
                    "cluster-name",
                    "benchmark",
                    "port",
                    port,
                    "port-count",
                    1,
                    "members",
                    addresses(all),
                    "cluster-size",
                    MEMBERS,
                    "minimum-members",
                    MEMBERS,
                    "backup-count",
                    1)),
            runtime);
  }

  private static HazelcastInstance start(int port, List<Integer> all) {
    Config config = new Config().setClusterName("benchmark-map");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "none");
    config.getMapConfig("benchmark").setBackupCount(1).setStatisticsEnabled(false);
    config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setMembers(addresses(all));
    return Hazelcast.newHazelcastInstance(config);
  }

  private static List<String> addresses(List<Integer> ports) {
    return ports.stream().map(port -> "127.0.0.1:" + port).toList();
  }

  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }
}
