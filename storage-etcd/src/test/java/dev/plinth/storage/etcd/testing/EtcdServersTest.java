package dev.plinth.storage.etcd.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.tck.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The servers that other tests rely on, as etcd's own client sees them. */
@Order(1) // it takes long
final class EtcdServersTest {
  private static final Await AWAIT = new Await(Duration.ofSeconds(30));

  @Test
  void versionsAreOrderedByNumber() {
    EtcdInstallation installation =
        new EtcdInstallation("3.5.16", Path.of("etcd"), Path.of("etcdctl"));
    assertThat(installation.isAtLeast("3.5.8")).isTrue();
    assertThat(installation.isAtLeast("3.5.16")).isTrue();
    assertThat(installation.isAtLeast("3.10.0")).isFalse();
    assertThat(installation.line()).isEqualTo("3.5");
    assertThat(EtcdInstallation.advice("etcd 3.5")).contains("PLINTH_ETCD_HOME");
  }

  @Test
  void whatWasWrittenSurvivesAKilledServer() {
    try (EtcdServers servers = EtcdServers.start(EtcdOptions.of(EtcdInstallation.newest(), 1))) {
      assertThat(servers.etcdctl().run("put", "key", "kept")).isEqualTo("OK");
      EtcdServer only = servers.members().getFirst();
      only.kill();
      assertThat(only.isAlive()).isFalse();
      servers.restart(only);
      servers.awaitHealthy();
      assertThat(servers.etcdctl().run("get", "key")).contains("kept");

      servers.loseEverything();
      assertThat(servers.etcdctl().run("get", "key")).isEmpty();
    }
  }

  @Test
  void threeMembersLeadInTurn() {
    try (EtcdServers servers = EtcdServers.start(EtcdOptions.of(EtcdInstallation.newest(), 3))) {
      EtcdServer first = servers.awaitLeader();
      EtcdServer second = servers.moveLeader();
      assertThat(second).isNotSameAs(first);
      assertThat(servers.etcdctl().run("put", "key", "value")).isEqualTo("OK");
      assertThat(servers.hashes()).hasSize(3);
      AWAIT.until("replicas agree", () -> new HashSet<>(servers.hashes()).size() == 1);

      second.pause();
      EtcdServer third = AWAIT.value("another leader", () -> leaderOtherThan(servers, second));
      assertThat(third.isAlive()).isTrue();
      second.resume();
      servers.awaitHealthy();

      EtcdServer added = servers.add();
      assertThat(servers.etcdctl(added).run("get", "key")).contains("value");
      servers.remove(first);
      assertThat(first.isAlive()).isFalse();
      servers.awaitHealthy();
      assertThat(servers.members()).doesNotContain(first).hasSize(3);
    }
  }

  private static Optional<EtcdServer> leaderOtherThan(EtcdServers servers, EtcdServer paused) {
    return servers.members().stream()
        .filter(member -> member != paused)
        .map(servers::etcdctl)
        .filter(etcdctl -> etcdctl.succeeds("endpoint", "health"))
        .findFirst()
        .flatMap(healthy -> servers.leader().filter(leader -> leader != paused));
  }

  @Test
  void encryptedServersWithPasswordsLetNobodyElseIn(@TempDir Path folder) {
    Certificates certificates = Certificates.create(folder);
    EtcdOptions options =
        EtcdOptions.of(EtcdInstallation.newest(), 1)
            .encrypted(certificates)
            .with("--client-cert-auth", "--auth-token-ttl=2");
    try (EtcdServers servers = EtcdServers.start(options)) {
      Etcdctl nobody = servers.etcdctl();
      servers.enableAuthentication("secret");
      assertThat(servers.etcdctl().run("put", "key", "value")).isEqualTo("OK");
      assertThatThrownBy(() -> nobody.run("get", "key")).hasMessageContaining("permission denied");
      assertThat(
              new Etcdctl(
                      options.installation(),
                      List.of("--endpoints=" + servers.endpoints().getFirst()))
                  .succeeds("get", "key"))
          .isFalse();
    }
  }

  @Test
  void aServerThatDoesNotStartSaysWhy() {
    EtcdOptions options =
        EtcdOptions.of(EtcdInstallation.newest(), 1).with("--heartbeat-interval=nonsense");
    assertThatThrownBy(() -> EtcdServers.start(options)).hasMessageContaining("nonsense");
  }
}
