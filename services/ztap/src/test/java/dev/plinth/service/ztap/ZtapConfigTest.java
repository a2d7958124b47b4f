package dev.plinth.service.ztap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.service.ztap.cluster.ClusterTiming;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ZtapConfigTest {

  @Test
  void everythingHasADefault() {
    assertThat(ZtapConfig.from(Settings.empty()))
        .isEqualTo(
            new ZtapConfig(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "/ztap",
                "/ztap/election",
                new ClusterTiming(
                    Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(15)),
                9090));
  }

  @Test
  void everyKeyIsRead() {
    Settings settings =
        Settings.of(
            Map.of(
                "node-id", "node1",
                "node-address", "10.0.1.1:9090",
                "cluster-id", "green",
                "key-prefix", "green/",
                "leader-election-key", "/leader",
                "session-ttl", "10s",
                "heartbeat-interval", "2s",
                "election-timeout", "6s",
                "http-port", "0"));
    assertThat(ZtapConfig.from(settings))
        .isEqualTo(
            new ZtapConfig(
                Optional.of("node1"),
                Optional.of("10.0.1.1:9090"),
                Optional.of("green"),
                "/green",
                "/leader",
                ClusterTiming.LOW_LATENCY,
                0));
  }

  @Test
  void theElectionIsBelowThePrefix() {
    assertThat(ZtapConfig.from(Settings.of(Map.of("key-prefix", "/a"))).leaderElectionKey())
        .isEqualTo("/a/election");
  }

  @ParameterizedTest
  @CsvSource({
    "node-id, a/b",
    "node-address, somewhere",
    "cluster-id, a b",
    "key-prefix, /",
    "leader-election-key, /",
    "session-ttl, soon",
    "http-port, 65536",
    "sesion-ttl, 5s"
  })
  void mistakesNameTheKey(String key, String value) {
    assertThatThrownBy(() -> ZtapConfig.from(Settings.of(Map.of(key, value))))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(key + ": ");
  }

  @Test
  void timingThatCannotWorkIsRefusedWithTheInequality() {
    Settings settings =
        Settings.of(
            Map.of("session-ttl", "5s", "heartbeat-interval", "4s", "election-timeout", "15s"));
    assertThatThrownBy(() -> ZtapConfig.from(settings))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("heartbeat-interval <= session-ttl / 3 does not hold: 4s > 5s / 3");
  }
}
