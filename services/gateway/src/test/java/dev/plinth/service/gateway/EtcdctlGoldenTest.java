package dev.plinth.service.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.StoreRuntime;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdOptions;
import dev.plinth.storage.etcd.testing.EtcdServers;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever sits at the command line cannot tell the gateway from etcd. */
final class EtcdctlGoldenTest {
  private static final EtcdInstallation NEWEST = EtcdInstallation.find("3.5").orElseThrow();

  @ParameterizedTest
  @ValueSource(strings = {"simple", "json"})
  void theGatewayPrintsWhatEtcdPrints(String format) {
    List<String> etcd = fromEtcd(NEWEST, format);
    assertThat(etcd).hasSizeGreaterThan(100);
    try (GatewayFixture memory = GatewayFixture.inMemory()) {
      assertThat(differences(etcd, from(NEWEST, memory.target(), format))).isEmpty();
    }
    if (format.equals("simple") && !Boolean.getBoolean("plinth.all")) {
      return;
    }
    try (GatewayFixture hazelcast = onHazelcast()) {
      assertThat(differences(etcd, from(NEWEST, hazelcast.target(), format))).isEmpty();
    }
  }

  /** Returns what the gateway printed otherwise, each with what etcd prints. */
  private static List<String> differences(List<String> etcd, List<String> gateway) {
    assertThat(gateway).hasSameSizeAs(etcd);
    return IntStream.range(0, etcd.size())
        .filter(i -> !etcd.get(i).equals(gateway.get(i)))
        .mapToObj(i -> "etcd: " + etcd.get(i) + "\ngateway: " + gateway.get(i) + "\n")
        .toList();
  }

  private static List<String> fromEtcd(EtcdInstallation installation, String format) {
    EtcdOptions options = EtcdOptions.of(installation, 1).with("--unsafe-no-fsync");
    try (EtcdServers servers = EtcdServers.start(options)) {
      return from(installation, servers.endpoints().getFirst(), format);
    }
  }

  private static List<String> from(EtcdInstallation installation, String endpoint, String format) {
    try (EtcdctlSession etcdctl =
        new EtcdctlSession(installation, endpoint, "--write-out=" + format)) {
      new EtcdctlScript(etcdctl).run();
      return etcdctl.transcript();
    }
  }

  private static GatewayFixture onHazelcast() {
    StoreRuntime runtime = StoreRuntime.system();
    return GatewayFixture.on(Hazelcast.open(runtime), runtime::close);
  }
}
