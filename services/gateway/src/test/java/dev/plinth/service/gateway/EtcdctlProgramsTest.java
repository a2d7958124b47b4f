package dev.plinth.service.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.tck.Await;
import dev.plinth.tck.VirtualRuntime;
import io.etcd.jetcd.api.KeyValue;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Commands of etcdctl that are programs of their own, against the gateway. */
final class EtcdctlProgramsTest {
  private static final EtcdInstallation NEWEST = EtcdInstallation.newest();
  private static final Await PATIENT = new Await(Duration.ofSeconds(60));

  /** More than make-mirror reads at once. */
  private static final int MANY = 1_100;

  @Test
  void aMirrorFollowsEtcdIntoTheGatewayAndBack() {
    try (EtcdServers servers = EtcdServers.start(NEWEST.line(), 1);
        GatewayFixture gateway = GatewayFixture.inMemory()) {
      String etcd = servers.endpoints().getFirst();
      ManagedChannel toEtcd = NettyChannelBuilder.forTarget(etcd).usePlaintext().build();
      RawData source = new RawData(toEtcd);
      RawData target = new RawData(gateway.channel());
      for (int i = 0; i < MANY; i++) {
        long _ = source.put("m/" + i, "old");
      }
      try (EtcdctlSession there = new EtcdctlSession(NEWEST, etcd);
          EtcdctlSession back = new EtcdctlSession(NEWEST, gateway.target())) {
        there.begin("there", "make-mirror", gateway.target(), "--prefix=m/");
        back.begin("back", "make-mirror", etcd, "--prefix=m/", "--dest-prefix=back/");
        awaitCount(target, "m/", MANY);
        awaitCount(source, "back/", MANY);
        for (int i = 0; i < 50; i++) {
          long _ = source.put("m/" + i, "new" + i);
        }
        long _ = source.delete("m/77");
        long _ = source.put("m/last", "live");
        PATIENT.until("the last one comes back", () -> source.range("back/last").getCount() == 1);
        assertThat(contents(source, "back/")).isEqualTo(contents(source, "m/"));
        assertThat(contents(target, "m/")).isEqualTo(contents(source, "m/"));
        assertThat(target.range("m/77").getCount()).isZero();
        there.kill("there");
        back.kill("back");
      } finally {
        toEtcd.shutdownNow();
      }
    }
  }

  private static void awaitCount(RawData data, String prefix, long count) {
    PATIENT.until(count + " keys in " + prefix, () -> data.prefix(prefix).getCount() == count);
  }

  /** Returns keys, without their prefix, and values. */
  private static List<List<ByteString>> contents(RawData data, String prefix) {
    return data.prefix(prefix).getKvsList().stream()
        .map((KeyValue entry) ->
            List.of(entry.getKey().substring(prefix.length()), entry.getValue()))
        .toList();
  }

  @Test
  void aLockWhoseHolderIsKilledPassesOnWithItsLease() {
    VirtualRuntime time = new VirtualRuntime();
    try (GatewayFixture gateway = GatewayFixture.inMemory(time);
        EtcdctlSession etcdctl = new EtcdctlSession(NEWEST, gateway.target())) {
      etcdctl.begin("holder", "lock", "--ttl=60", "name");
      etcdctl.await("holder", "name/", 1);
      etcdctl.kill("holder");
      time.advance(Duration.ofSeconds(30));
      etcdctl.begin("waiter", "lock", "--ttl=60", "name");
      etcdctl.awaitCount("name/", 2);
      time.advance(Duration.ofSeconds(35));
      etcdctl.await("waiter", "name/", 1);
      etcdctl.awaitCount("name/", 1);
      etcdctl.end("waiter");
      etcdctl.awaitCount("name/", 0);
    }
    time.close();
  }

  @Test
  void aLeaderThatIsKilledIsSucceeded() {
    VirtualRuntime time = new VirtualRuntime();
    try (GatewayFixture gateway = GatewayFixture.inMemory(time);
        EtcdctlSession etcdctl = new EtcdctlSession(NEWEST, gateway.target())) {
      etcdctl.begin("leader", "elect", "name", "first");
      etcdctl.await("leader", "first", 1);
      etcdctl.begin("observer", "elect", "--listen", "name");
      etcdctl.await("observer", "first", 1);
      etcdctl.kill("leader");
      time.advance(Duration.ofSeconds(30));
      etcdctl.begin("next", "elect", "name", "second");
      etcdctl.awaitCount("name/", 2);
      time.advance(Duration.ofSeconds(35));
      etcdctl.await("next", "second", 1);
      etcdctl.await("observer", "second", 1);
      etcdctl.end("next");
      etcdctl.end("observer");
    }
    time.close();
  }

  @Test
  @EnabledIfSystemProperty(named = "plinth.all", matches = "true")
  void aPerformanceCheckRunsAndCleansUp() {
    try (GatewayFixture gateway = GatewayFixture.inMemory();
        EtcdctlSession etcdctl = new EtcdctlSession(NEWEST, gateway.target())) {
      etcdctl.runForWords("check", "perf", "--auto-compact", "--auto-defrag");
      // How fast it finds the gateway is up to the machine; that no request failed is not.
      assertThat(etcdctl.transcript().getLast())
          .contains("Compacted with revision", "Defragmented", "Throughput")
          .doesNotContain("too many errors", "ERROR(");
      etcdctl.awaitCount("/etcdctl-check-perf/", 0);
    }
  }
}
