package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.storage.etcd.testing.Certificates;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdOptions;
import dev.plinth.storage.etcd.testing.EtcdServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encrypted connections to servers that ask for a certificate, or do not. */
@Execution(ExecutionMode.CONCURRENT)
final class EtcdTlsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Key KEY = Key.utf8("/tls/a");

  @TempDir private static Path folder;
  private static Certificates certificates;
  private static Certificates others;
  private static EtcdServers open;
  private static EtcdServers mutual;

  @BeforeAll
  static void start() {
    certificates = Certificates.create(folder.resolve("own"));
    others = Certificates.create(folder.resolve("other"));
    EtcdOptions options = EtcdOptions.of(EtcdInstallation.newest(), 1).encrypted(certificates);
    open = EtcdServers.start(options);
    mutual = EtcdServers.start(options.with("--client-cert-auth"));
  }

  @AfterAll
  static void stop() {
    open.close();
    mutual.close();
  }

  private static Map<String, String> trusting(Certificates authority) {
    return Map.of("ca", authority.authority().toString());
  }

  private static Map<String, String> showing(Certificates client) {
    return Map.of(
        "ca", certificates.authority().toString(),
        "certificate", client.client().toString(),
        "key", client.clientKey().toString());
  }

  @Test
  void everythingWorksOverAnEncryptedConnection() throws Exception {
    try (Clients clients = new Clients()) {
      useAll(clients.open(open.endpoints(), TIMEOUT, Map.of("tls", trusting(certificates))));
    }
  }

  @Test
  void everythingWorksForAClientThatShowsItsCertificate() throws Exception {
    try (Clients clients = new Clients()) {
      useAll(clients.open(mutual.endpoints(), TIMEOUT, Map.of("tls", showing(certificates))));
    }
  }

  @Test
  void anUrlIsAsGoodAsAnAddress() throws Exception {
    List<String> urls = open.members().stream().map(member -> member.url()).toList();
    assertThat(urls).allMatch(url -> url.startsWith("https://"));
    try (Clients clients = new Clients()) {
      useAll(clients.open(urls, TIMEOUT, Map.of("tls", trusting(certificates))));
    }
  }

  @Test
  void theNameThatIsCheckedCanBeGiven() throws Exception {
    Map<String, String> tls =
        Map.of("ca", certificates.authority().toString(), "server-name", "etcd.test");
    try (Clients clients = new Clients()) {
      useAll(clients.open(open.endpoints(), TIMEOUT, Map.of("tls", tls)));
    }
  }

  @Test
  void aServerOfAnotherNameIsNotTrusted() {
    Map<String, String> tls =
        Map.of("ca", certificates.authority().toString(), "server-name", "other.test");
    assertRefused(open, tls, "certificate", "other.test");
  }

  @Test
  void aServerOfAnotherAuthorityIsNotTrusted() {
    assertRefused(open, trusting(others), "certificate");
  }

  @Test
  void aServerThatTheJdkDoesNotKnowIsNotTrusted() {
    assertRefused(open, Map.of(), "certificate");
  }

  @Test
  void aClientThatShowsNoCertificateIsToldSo() {
    assertRefused(mutual, trusting(certificates), "certificate");
  }

  @Test
  void aClientThatShowsTheCertificateOfAnotherAuthorityIsToldSo() {
    assertRefused(mutual, showing(others), "certificate");
  }

  @Test
  void aServerThatDoesNotEncryptIsNamed() {
    try (EtcdServers plain = EtcdServers.start(EtcdOptions.of(EtcdInstallation.newest(), 1))) {
      assertRefused(plain, trusting(certificates), "TLS");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientThatDoesNotEncryptIsNotServed(boolean asksForCertificate) {
    EtcdServers servers = asksForCertificate ? mutual : open;
    List<String> plain = List.of("http://" + servers.endpoints().getFirst());
    try (Clients clients = new Clients()) {
      Store store = clients.open(plain, TIMEOUT);
      StoreException failure = Clients.failsWithin(TIMEOUT, () -> store.keyValues().get(KEY));
      assertThat(failure)
          .isInstanceOf(StoreUnavailableException.class)
          .hasMessageContaining(servers.endpoints().getFirst());
    }
  }

  /** Expects a failure that says why, of a read and of a write. */
  private static void assertRefused(
      EtcdServers servers, Map<String, String> tls, String... reasons) {
    try (Clients clients = new Clients()) {
      Store store = clients.open(servers.endpoints(), TIMEOUT, Map.of("tls", tls));
      List<Runnable> calls =
          List.of(
              () -> store.keyValues().get(KEY),
              () -> store.keyValues().put(KEY, Bytes.EMPTY),
              () -> store.leases().list());
      for (Runnable call : calls) {
        StoreException failure = Clients.failsWithin(TIMEOUT, call);
        assertThat(failure)
            .isInstanceOf(StoreUnavailableException.class)
            .message()
            .hasLineCount(1)
            .contains(servers.endpoints().getFirst())
            .contains(reasons);
      }
    }
  }

  private static void useAll(Store store) throws InterruptedException {
    // Others do the same at the same time.
    Key key = Key.utf8("/tls/" + UUID.randomUUID());
    try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
      LeaseId lease = store.leases().grant(Duration.ofSeconds(10)).id();
      store.keyValues().put(key, Bytes.utf8("a"), lease);
      assertThat(store.keyValues().get(key)).map(Entry::value).contains(Bytes.utf8("a"));
      assertThat(watch.poll(Duration.ofSeconds(20)).orElseThrow().changes()).hasSize(1);
      assertThat(store.leases().renew(lease).granted()).isEqualTo(Duration.ofSeconds(10));
      assertThat(store.status().leader()).isPresent();
      store.leases().revoke(lease);
    }
  }
}
