package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import dev.plinth.storage.etcd.testing.Certificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EtcdConfigTest {

  private static Certificates certificates;

  @BeforeAll
  static void makeCertificates(@TempDir Path folder) {
    certificates = Certificates.create(folder);
  }

  @Test
  void everythingHasADefault() {
    EtcdConfig config = EtcdConfig.from(Settings.empty());
    assertThat(config.endpoints()).containsExactly(EtcdEndpoint.parse("localhost:2379"));
    assertThat(config.dialTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.login()).isEmpty();
    assertThat(config.tls()).isEmpty();
    assertThat(config.groupCommit()).isTrue();
    assertThat(config.compaction()).isEmpty();
    assertThat(config.limits().operations()).isEqualTo(128);
    assertThat(config.limits().requestBytes()).isEqualTo(1_572_864);
    assertThat(config.limits().shortestTtl()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void everythingCanBeSet() {
    EtcdConfig config =
        EtcdConfig.from(
            Settings.of(
                Map.of(
                    "endpoints", List.of("a:1", "b:2"),
                    "dial-timeout", "1s",
                    "request-timeout", "700ms",
                    "username", "plinth",
                    "password", "secret",
                    "group-commit", false,
                    "compaction", Map.of("age", "1h", "revisions", 1_000),
                    "max-operations", 7,
                    "max-request-bytes", "2MiB")));
    assertThat(config.endpoints())
        .containsExactly(EtcdEndpoint.parse("a:1"), EtcdEndpoint.parse("b:2"));
    assertThat(config.dialTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.requestTimeout()).isEqualTo(Duration.ofMillis(700));
    assertThat(config.login().orElseThrow().username()).isEqualTo("plinth");
    assertThat(config.login().orElseThrow().password().reveal()).isEqualTo("secret");
    assertThat(config.groupCommit()).isFalse();
    assertThat(config.compaction().orElseThrow().age()).contains(Duration.ofHours(1));
    assertThat(config.compaction().orElseThrow().revisions()).contains(1_000L);
    assertThat(config.limits().operations()).isEqualTo(7);
    assertThat(config.limits().requestBytes()).isEqualTo(2 << 20);
  }

  @Test
  void aPasswordIsNotPrinted() {
    EtcdConfig config =
        EtcdConfig.from(Settings.of(Map.of("username", "plinth", "password", "hush")));
    assertThat(config.toString()).contains("plinth").doesNotContain("hush");
  }

  @Test
  void certificatesAreReadFromPemFiles() {
    EtcdConfig config =
        EtcdConfig.from(
            Settings.of(
                Map.of(
                    "endpoints",
                    List.of("etcd.test:2379"),
                    "tls",
                    Map.of(
                        "ca", certificates.authority().toString(),
                        "certificate", certificates.client().toString(),
                        "key", certificates.clientKey().toString(),
                        "server-name", "etcd.test"))));
    assertThat(config.endpoints().getFirst().isSecure()).isTrue();
    assertThat(config.tls().orElseThrow().serverName()).contains("etcd.test");
  }

  @Test
  void anEndpointWithHttpsNeedsNoOtherKey() {
    EtcdConfig config =
        EtcdConfig.from(Settings.of(Map.of("endpoints", List.of("https://a:1", "https://b:2"))));
    assertThat(config.tls()).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "endpoint, a:1",
    "endpoints, ftp://a:1",
    "endpoints, a:99999",
    "endpoints, 'http://a:1, https://b:2'",
    "endpoints, 'a:1, https://b:2'",
    "endpoints, http://user@a:1",
    "dial-timeout, 0s",
    "dial-timeout, soon",
    "dial-timeout, PT0.000001S",
    "dial-timeout, 25d",
    "request-timeout, 0s",
    "request-timeout, 200000d",
    "endpoints, ','",
    "max-operations, many",
    "max-request-bytes, -1",
    "tls, true",
    "compaction, 1h",
    "request-timeout, -1s",
    "group-commit, perhaps",
    "max-operations, 0",
    "max-request-bytes, 0"
  })
  void whatIsWrongIsRefusedByName(String key, String value) {
    refused(Map.of(key, value), key);
  }

  @Test
  void aUserNeedsAPasswordAndTheOtherWayRound() {
    refused(Map.of("username", "plinth"), "password");
    refused(Map.of("password", "secret"), "username");
    refused(Map.of("username", " ", "password", "secret"), "username");
  }

  @Test
  void certificatesThatCannotBeUsedAreRefusedByName(@TempDir Path folder) throws IOException {
    String nowhere = folder.resolve("nowhere.pem").toString();
    Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");
    String client = certificates.client().toString();
    String key = certificates.clientKey().toString();

    refusedTls(Map.of("ca", nowhere), "tls.ca", nowhere);
    refusedTls(Map.of("ca", text.toString()), "tls.ca", text.toString());
    refusedTls(Map.of("ca", folder.toString()), "tls.ca", folder.toString());
    refusedTls(Map.of("certificate", client), "tls.key", "needed");
    refusedTls(Map.of("key", key), "tls.certificate", "needed");
    refusedTls(Map.of("certificate", client, "key", client), "tls.key", client);
    refusedTls(Map.of("certificate", key, "key", key), "tls.certificate", key);
    refusedTls(Map.of("server-name", "etcd:2379"), "tls.server-name", "'etcd:2379'");
    refusedTls(Map.of("server-name", "two words"), "tls.server-name", "'two words'");
    refusedTls(Map.of("certificates", nowhere), "tls.certificates", "certificate");
    refused(Map.of("endpoints", "http://a:1", "tls", Map.of()), "endpoints");
  }

  @ParameterizedTest
  @CsvSource({"age, 0s", "revisions, 0", "revision, 5"})
  void whatIsWrongAboutCompactionIsRefusedByName(String key, String value) {
    refused(Map.of("compaction", Map.of(key, value)), "compaction." + key);
  }

  private static void refusedTls(Map<String, ?> tls, String key, String part) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("endpoints", "https://a:1");
    settings.put("tls", tls);
    assertThatThrownBy(() -> new EtcdStoreProvider().check(Settings.of(settings)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(part);
  }

  private static void refused(Map<String, ?> settings, String key) {
    assertThatThrownBy(() -> new EtcdStoreProvider().check(Settings.of(settings)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key);
  }
}
