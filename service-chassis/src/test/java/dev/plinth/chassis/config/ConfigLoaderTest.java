package dev.plinth.chassis.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigLoaderTest {
  @TempDir Path folder;

  private final ConfigLoader loader =
      new ConfigLoader(ConfigLoaderTest::check, Set.of("PLINTH_HEAP"));

  /** The structure that these tests configure. */
  private static void check(Settings settings) {
    settings.allowOnly("store", "services", "ztap", "labmgr", "centro", "port-offset");
    Settings store = settings.section("store");
    store.allowOnly("backend", "request-timeout", "etcd");
    Settings etcd = store.section("etcd");
    etcd.allowOnly("endpoints", "dial-timeout", "username", "password");
    settings.section("ztap").allowOnly("node-id", "http-port", "key-prefix", "session-ttl");
    settings.section("labmgr").allowOnly("key-prefix", "simulation");
    settings.section("labmgr").section("simulation").allowOnly("start-delay");
    settings.section("centro").allowOnly("grpc-port", "api-token");
    settings.integer("port-offset", 0, 0, 100);
  }

  private Path file(String content) {
    try {
      return Files.writeString(folder.resolve("plinth.yaml"), content);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private Settings load(String content, Map<String, String> environment, FlagValue... flags) {
    return loader.load(Optional.of(file(content)), environment, List.of(flags));
  }

  @Test
  void aFlagWinsOverAVariableOverTheFileOverTheDefault() {
    String yaml = "store:\n  backend: memory\n  request-timeout: 1s\nztap: { http-port: 1 }\n";
    Map<String, String> environment =
        Map.of("PLINTH_STORE_REQUEST_TIMEOUT", "2s", "PLINTH_ZTAP_HTTP_PORT", "2");
    Settings settings = load(yaml, environment, FlagValue.set("ztap.http-port=3"));
    Settings store = settings.section("store");
    assertThat(store.string("backend")).isEqualTo("memory");
    assertThat(store.duration("request-timeout", Duration.ZERO)).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.section("ztap").integer("http-port", 0, 0, 9)).isEqualTo(3);
    assertThat(settings.section("ztap").string("node-id", "none")).isEqualTo("none");
  }

  @Test
  void mistakesNameFileLineAndTheNearestKey() {
    Settings settings = load("store:\n  backend: memory\nztap:\n  htp-port: 1\n", Map.of());
    assertThatThrownBy(() -> check(settings))
        .isInstanceOf(SettingsException.class)
        .hasMessage("ztap.htp-port: unknown key (plinth.yaml:4); did you mean 'http-port'?");
  }

  @Test
  void variablesReachKeysOfNestedSections() {
    Settings settings =
        load(
            "",
            Map.of(
                "PLINTH_LABMGR_SIMULATION_START_DELAY", "1s",
                "PLINTH_STORE_ETCD_ENDPOINTS", "a:1, b:2",
                "PLINTH_HEAP", "1g",
                "HOME", "/root"));
    assertThat(settings.section("labmgr").section("simulation").string("start-delay"))
        .isEqualTo("1s");
    assertThat(settings.section("store").section("etcd").strings("endpoints", List.of()))
        .containsExactly("a:1", "b:2");
  }

  @Test
  void anUnknownVariableIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> load("", Map.of("PLINTH_ZTAP_HTTPPORT", "1")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "PLINTH_ZTAP_HTTPPORT: no key is spelled like this variable;"
                + " did you mean PLINTH_ZTAP_HTTP_PORT?");
  }

  @ParameterizedTest
  @CsvSource({
    "ZTAP_ETCD_ENDPOINTS, h:1, store.etcd.endpoints, h:1",
    "ETCD_HOST, h, store.etcd.endpoints, h:2379",
    "ETCD_PORT, 7, store.etcd.endpoints, localhost:7",
    "ETCD_TIMEOUT, 10, store.etcd.dial-timeout, 10s",
    "ZTAP_ETCD_DIAL_TIMEOUT, 5s, store.etcd.dial-timeout, 5s",
    "ETCD_PREFIX, /lab, labmgr.key-prefix, /lab",
    "ZTAP_ETCD_KEY_PREFIX, /z, ztap.key-prefix, /z",
    "ZTAP_NODE_ID, n1, ztap.node-id, n1",
    "ZTAP_CLUSTER_BACKEND, in-memory, store.backend, memory"
  })
  void olderNamesMeanTheKeysOfToday(String variable, String value, String key, String meaning) {
    Settings settings = load("", Map.of(variable, value));
    Settings section = settings;
    List<String> path = List.of(key.split("\\."));
    for (String step : path.subList(0, path.size() - 1)) {
      section = section.section(step);
    }
    assertThat(section.string(path.getLast())).isEqualTo(meaning);
  }

  @Test
  void endpointsChooseEtcdUnlessABackendIsNamed() {
    Map<String, String> endpoints = Map.of("ETCD_HOST", "h", "ETCD_PORT", "1");
    Settings implied = load("", endpoints);
    assertThat(implied.section("store").string("backend")).isEqualTo("etcd");
    assertThat(implied.section("store").section("etcd").string("endpoints")).isEqualTo("h:1");
    Settings named = load("store: { backend: memory }", endpoints);
    assertThat(named.section("store").string("backend")).isEqualTo("memory");
  }

  @ParameterizedTest
  @CsvSource({
    "ZTAP_ETCD_ENDPOINTS, h:1",
    "ZTAP_ETCD_USERNAME, u",
    "ETCD_USERNAME, u",
    "ZTAP_ETCD_PASSWORD, p",
    "ETCD_PASSWORD, p",
    "ETCD_TIMEOUT, 10",
    "ZTAP_ETCD_DIAL_TIMEOUT, 5s"
  })
  void whateverSaysHowToReachEtcdChoosesIt(String variable, String value) {
    assertThat(load("", Map.of(variable, value)).section("store").string("backend"))
        .isEqualTo("etcd");
    assertThat(
            load("", Map.of(variable, value, "ZTAP_CLUSTER_BACKEND", "memory"))
                .section("store")
                .string("backend"))
        .isEqualTo("memory");
  }

  @Test
  void anOlderNameWithoutAValueMeansNothing() {
    assertThat(load("", Map.of("ETCD_PREFIX", "", "ETCD_HOST", "")).keys()).isEmpty();
  }

  @Test
  void flagsHaveAliasesToo() {
    Settings settings =
        load(
            "centro: { grpc-port: 1 }",
            Map.of(),
            FlagValue.alias("--port", "2"),
            FlagValue.alias("--etcd-endpoints", "h:1"));
    assertThat(settings.section("centro").string("grpc-port")).isEqualTo("2");
    assertThat(settings.section("store").string("backend")).isEqualTo("etcd");
  }

  @Test
  void sourcesOfOneRankThatDisagreeAreRefused() {
    assertThatThrownBy(() -> load("", Map.of("PLINTH_ZTAP_NODE_ID", "a", "ZTAP_NODE_ID", "b")))
        .hasMessage(
            "ztap.node-id: PLINTH_ZTAP_NODE_ID and ZTAP_NODE_ID set it to different values");
    assertThatThrownBy(() ->
            load("", Map.of(), FlagValue.set("centro.grpc-port=1"), FlagValue.alias("--port", "2")))
        .hasMessage("centro.grpc-port: --set and --port set it to different values");
    assertThat(
            load("", Map.of("PLINTH_ZTAP_NODE_ID", "a", "ZTAP_NODE_ID", "a"))
                .section("ztap")
                .string("node-id"))
        .isEqualTo("a");
  }

  @Test
  void nothingIsExpanded() {
    Settings settings = load("ztap: { node-id: '${HOME}' }", Map.of("HOME", "/root"));
    assertThat(settings.section("ztap").string("node-id")).isEqualTo("${HOME}");
  }

  @Test
  void anEmptyFileOrNoneIsFine() {
    assertThat(load("", Map.of()).keys()).isEmpty();
    assertThat(load("# nothing\n", Map.of()).keys()).isEmpty();
    assertThat(loader.load(Optional.empty(), Map.of(), List.of()).keys()).isEmpty();
    assertThat(load("ztap:\n", Map.of()).section("ztap").keys()).isEmpty();
  }

  @Test
  void whatIsNoConfigurationFileIsSaidOnOneLine() {
    refused("a: 1\na: 2\n", "plinth.yaml:2: the key 'a' stands twice, first at plinth.yaml:1");
    refused("store:\n\tbackend: memory\n", "plinth.yaml:2: this is not YAML");
    refused("a: [1, 2\n", "plinth.yaml:2: this is not YAML");
    refused("just words\n", "plinth.yaml:1: there must be keys at the top");
    refused("- a\n- b\n", "plinth.yaml:1: there must be keys at the top");
    refused("a: [[1]]\n", "plinth.yaml:1: a list holds single values");
    refused("a: 1\n---\nb: 2\n", "there is more than one document");
    refused("a: \u0007\n", "this is not YAML");
  }

  private void refused(String content, String message) {
    assertThatThrownBy(() -> load(content, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message)
        .message()
        .satisfies(text -> assertThat(text.lines()).hasSize(1));
  }

  @Test
  void aMissingFileAndAFolderAreRefused() {
    Path missing = folder.resolve("missing.yaml");
    assertThatThrownBy(() -> loader.load(Optional.of(missing), Map.of(), List.of()))
        .hasMessage(missing + ": there is no such file");
    assertThatThrownBy(() -> loader.load(Optional.of(folder), Map.of(), List.of()))
        .hasMessage(folder + ": this is a folder, not a file");
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Path binary = Files.write(folder.resolve("x.yaml"), new byte[] {'a', ':', (byte) 0xff});
    assertThatThrownBy(() -> loader.load(Optional.of(binary), Map.of(), List.of()))
        .hasMessage(binary + ": this is not a text in UTF-8");
  }

  @Test
  void aFlagNeedsAKeyAndAValue() {
    assertThatThrownBy(() -> FlagValue.set("ztap.node-id"))
        .hasMessage("--set ztap.node-id: write it as key=value");
    assertThatThrownBy(() -> check(load("", Map.of(), FlagValue.set("ztap.nod-id=a"))))
        .hasMessage("ztap.nod-id: unknown key (--set); did you mean 'node-id'?");
  }

  @Test
  void theEffectiveConfigurationHidesSecretsAndNamesOrigins() {
    Settings settings =
        load(
            "store:\n  etcd:\n    password: hunter2\nservices: [centro, ztap]\n",
            Map.of("PLINTH_CENTRO_API_TOKEN", "t0p"),
            FlagValue.set("ztap.node-id=a b"));
    List<String> lines =
        EffectiveConfiguration.lines(settings, KnownKeys.of(ConfigLoaderTest::check));
    assertThat(lines)
        .contains(
            "store:",
            "    password: \"***\"  # plinth.yaml:3",
            "services: [centro, ztap]  # plinth.yaml:4",
            "  api-token: \"***\"  # PLINTH_CENTRO_API_TOKEN",
            "  node-id: \"a b\"  # --set",
            "# ztap.http-port has its default");
    assertThat(String.join("\n", lines)).doesNotContain("hunter2").doesNotContain("t0p");
  }
}
