package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.storage.etcd.testing.TcpProxy;
import dev.plinth.tck.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A process that does nothing but keep a lease, when the member that it uses falls silent. */
final class EtcdSilentMemberTest {
  private static final Await AWAIT = new Await(Duration.ofSeconds(30));

  @Test
  void renewalsLeaveAMemberThatDoesNotAnswer() {
    EtcdServers servers = EtcdServers.start("3.5", 3);
    List<TcpProxy> proxies =
        servers.members().stream().map(member -> TcpProxy.to(member.port())).toList();
    try (servers;
        StoreRuntime runtime = StoreRuntime.system();
        Store store = open(proxies.stream().map(TcpProxy::endpoint).toList(), "3s", runtime);
        Store direct = open(servers.endpoints(), "15s", runtime);
        Session session = Session.open(store, Duration.ofSeconds(15), SessionPolicy.END)) {
      proxies.stream().filter(proxy -> proxy.connections() > 0).forEach(TcpProxy::stall);
      awaitRenewal(direct, session);
      awaitRenewal(direct, session);
      assertThat(session.isHeld()).isTrue();
    } finally {
      proxies.forEach(TcpProxy::close);
    }
  }

  private static void awaitRenewal(Store direct, Session session) {
    Duration[] least = {Duration.ofDays(1)};
    AWAIT.until(
        "the lease is renewed",
        () -> {
          Optional<LeaseInfo> lease = direct.leases().describe(session.lease());
          assertThat(lease).as("the lease lives").isPresent();
          Duration remaining = lease.get().remaining();
          if (remaining.compareTo(least[0]) > 0) {
            return true;
          }
          least[0] = remaining;
          return false;
        });
  }

  private static Store open(List<String> endpoints, String timeout, StoreRuntime runtime) {
    return StoreProvider.named("etcd")
        .open(Settings.of(Map.of("endpoints", endpoints, "request-timeout", timeout)), runtime);
  }
}
