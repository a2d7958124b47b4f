package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.storage.etcd.testing.Certificates;
import dev.plinth.storage.etcd.testing.EtcdClient;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdOptions;
import dev.plinth.storage.etcd.testing.EtcdServer;
import dev.plinth.storage.etcd.testing.EtcdServers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Encrypted connections and users, on real servers. */
@Timeout(240)
@Execution(ExecutionMode.CONCURRENT)
final class EtcdSecurityTest {
  private static final Key KEY = Key.utf8("/security");
  private static final Bytes VALUE = Bytes.utf8("value");

  private static Certificates certificates;

  @BeforeAll
  static void makeCertificates(@TempDir Path folder) {
    certificates = Certificates.create(folder);
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void onlyWhoIsTrustedIsTalkedToAndTalksBack(String version) {
    try (EtcdServers servers =
        EtcdServers.start(options(version).encrypted(certificates).with("--client-cert-auth"))) {
      Map<String, String> right =
          Map.of(
              "ca", certificates.authority().toString(),
              "certificate", certificates.client().toString(),
              "key", certificates.clientKey().toString());
      works(servers, right);
      works(servers, with(right, "server-name", "etcd.test"));

      fails(servers, with(right, "server-name", "other.test"));
      fails(servers, with(right, "ca", certificates.client().toString()));
      fails(servers, Map.of("ca", certificates.authority().toString()));
      try (Store plain = open(servers, Map.of("request-timeout", "1s"))) {
        assertThatThrownBy(() -> plain.keyValues().put(KEY, VALUE))
            .isInstanceOf(StoreException.class)
            .isNotInstanceOf(RequestRefusedException.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aTokenThatTheServerForgotIsReplaced(String version) {
    try (EtcdServers servers = EtcdServers.start(options(version))) {
      servers.enableAuthentication("of-root");
      try (Store store = open(servers, Map.of("username", "root", "password", "of-root"))) {
        Revision first = store.keyValues().put(KEY, VALUE);
        // A server keeps tokens in memory alone.
        EtcdServer member = servers.members().getFirst();
        member.kill();
        servers.restart(member);
        servers.awaitHealthy();
        assertThat(store.keyValues().put(KEY, VALUE)).isEqualTo(first.next());
        assertThat(store.keyValues().get(KEY)).isPresent();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aPasswordThatChangedIsToldWithTheNameOfTheUser(String version) {
    try (EtcdServers servers = EtcdServers.start(options(version))) {
      servers.enableAuthentication("of-root");
      String unused = servers.etcdctl().run("user", "add", "plinth:before");
      unused = servers.etcdctl().run("user", "grant-role", "plinth", "root");
      try (Store store = open(servers, Map.of("username", "plinth", "password", "before"))) {
        store.keyValues().put(KEY, VALUE);
        unused = servers.etcdctl().run("user", "delete", "plinth");
        unused = servers.etcdctl().run("user", "add", "plinth:after");
        unused = servers.etcdctl().run("user", "grant-role", "plinth", "root");
        assertThatThrownBy(() -> store.keyValues().get(KEY))
            .isInstanceOfSatisfying(
                RequestRefusedException.class,
                refused -> assertThat(refused.reason()).isEqualTo(Reason.NOT_AUTHENTICATED))
            .hasMessageContaining("plinth")
            .hasMessageContaining(servers.endpoints().getFirst());
      }
      try (Store store = open(servers, Map.of("username", "plinth", "password", "after"))) {
        assertThat(store.keyValues().get(KEY)).isPresent();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aUserIsNoTroubleWhereNobodyIsAskedAndIsUsedOnceSomebodyIs(String version) {
    try (EtcdServers servers = EtcdServers.start(options(version));
        Store store = open(servers, Map.of("username", "root", "password", "of-root"))) {
      store.keyValues().put(KEY, VALUE);
      servers.enableAuthentication("of-root");
      assertThat(store.keyValues().get(KEY)).isPresent();
    }
  }

  private static EtcdOptions options(String version) {
    EtcdInstallation installation =
        EtcdInstallation.find(version)
            .orElseThrow(() -> new IllegalStateException(EtcdInstallation.advice(version)));
    return EtcdOptions.of(installation, 1);
  }

  private static Map<String, String> with(Map<String, String> tls, String key, String value) {
    Map<String, String> more = new HashMap<>(tls);
    more.put(key, value);
    return more;
  }

  /** Opens a client that is patient with a busy machine, unless it is told otherwise. */
  private static Store open(EtcdServers servers, Map<String, ?> settings) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putIfAbsent("request-timeout", "15s");
    return EtcdClient.open(servers.endpoints(), all, () -> {});
  }

  private static void works(EtcdServers servers, Map<String, String> tls) {
    try (Store store = open(servers, Map.of("tls", tls))) {
      store.keyValues().put(KEY, VALUE);
      assertThat(store.keyValues().get(KEY).orElseThrow().value()).isEqualTo(VALUE);
    }
  }

  private static void fails(EtcdServers servers, Map<String, String> tls) {
    try (Store store = open(servers, Map.of("tls", tls, "request-timeout", "1s"))) {
      assertThatThrownBy(() -> store.keyValues().get(KEY))
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining(servers.endpoints().getFirst());
    }
  }
}
