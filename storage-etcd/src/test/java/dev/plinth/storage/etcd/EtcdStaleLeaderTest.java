package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.storage.etcd.Callers.Caller;
import dev.plinth.storage.etcd.testing.EtcdClient;
import dev.plinth.storage.etcd.testing.EtcdServer;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.tck.Await;
import dev.plinth.tck.Verifies;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A leader that was stopped and does not know yet that there is another one (F16). */
final class EtcdStaleLeaderTest {
  private static final Await AWAIT = new Await(Duration.ofMinutes(1));
  private static final Duration TTL = Duration.ofSeconds(20);

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  @Verifies("G17")
  void whatItRenewsDoesNotCount(String version) throws Exception {
    try (EtcdServers servers = EtcdServers.start(version, 3)) {
      EtcdServer old = servers.awaitLeader();
      List<String> others =
          servers.members().stream()
              .filter(member -> member != old)
              .map(EtcdServer::endpoint)
              .toList();
      try (Store store = open(List.of(old.endpoint()));
          Store elsewhere = open(others)) {
        LeaseId lease = store.leases().grant(TTL).id();
        LeaseInfo before = store.leases().renew(lease);
        old.pause();
        AWAIT.until(
            "the new leader lets the lease grow old",
            () -> remaining(elsewhere, lease).compareTo(TTL.dividedBy(2)) < 0);
        Caller<LeaseInfo> caller = Callers.startAndWait(() -> store.leases().renew(lease));
        old.resume();
        assertThat(caller.returned().granted()).isEqualTo(before.granted());
        assertThat(remaining(elsewhere, lease)).isGreaterThan(TTL.dividedBy(2));
      }
    }
  }

  /** Opens a client that is patient with members that elect. */
  private static Store open(List<String> endpoints) {
    return EtcdClient.open(endpoints, Map.of("request-timeout", "15s"), () -> {});
  }

  /** What is left according to the leader of most members; a day while there is none. */
  private static Duration remaining(Store store, LeaseId lease) {
    try {
      return store.leases().describe(lease).orElseThrow().remaining();
    } catch (StoreException noLeader) {
      return Duration.ofDays(1);
    }
  }
}
