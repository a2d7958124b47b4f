package dev.plinth.service.labmgr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.service.labmgr.provider.Simulation.Action;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LabManagerConfigTest {

  private static LabManagerConfig config(Map<String, ?> labmgr) {
    return LabManagerConfig.from(Settings.of(Map.of("labmgr", labmgr)).section("labmgr"));
  }

  @Test
  void everythingHasADefault() {
    LabManagerConfig config = config(Map.of());
    assertThat(config.httpPort()).isEqualTo(8003);
    assertThat(config.keyPrefix()).isEqualTo("/lab-resource-manager");
    assertThat(config.workers()).isEqualTo(4);
    assertThat(config.secretEnvironment()).isEmpty();
    assertThat(config.secretFiles()).isEmpty();
    assertThat(config.simulation().lostAfter()).isEmpty();
    assertThat(config.simulation().delays()).containsOnlyKeys(Action.values());
  }

  @Test
  void everyKeyIsRead() {
    LabManagerConfig config =
        config(
            Map.of(
                "http-port",
                1,
                "key-prefix",
                "/labs",
                "leader-ttl",
                "4s",
                "poll-interval",
                "10ms",
                "secrets",
                Map.of("environment", List.of("A"), "files", List.of("/b")),
                "simulation",
                Map.of(
                    "provision-delay",
                    "7s",
                    "errors",
                    List.of("start=2"),
                    "refusals",
                    List.of("license = not good"),
                    "lost-after",
                    "1h")));
    assertThat(config.httpPort()).isEqualTo(1);
    assertThat(config.keyPrefix()).isEqualTo("/labs");
    assertThat(config.leaderTtl()).isEqualTo(Duration.ofSeconds(4));
    assertThat(config.timing().poll()).isEqualTo(Duration.ofMillis(10));
    assertThat(config.secretEnvironment()).containsExactly("A");
    assertThat(config.secretFiles()).containsExactly("/b");
    assertThat(config.simulation().delays()).containsEntry(Action.PROVISION, Duration.ofSeconds(7));
    assertThat(config.simulation().temporaryErrors()).containsExactly(Map.entry(Action.START, 2));
    assertThat(config.simulation().refused())
        .containsExactly(Map.entry(Action.LICENSE, "not good"));
    assertThat(config.simulation().lostAfter()).contains(Duration.ofHours(1));
  }

  @ParameterizedTest
  @CsvSource({
    "http-prot, 1, labmgr.http-prot",
    "http-port, many, labmgr.http-port",
    "key-prefix, /, labmgr.key-prefix",
    "workers, 0, labmgr.workers",
    "leader-ttl, 0s, labmgr.leader-ttl",
    "provider, aws, labmgr.provider",
  })
  void whatIsWrongIsNamed(String key, String value, String named) {
    assertThatThrownBy(() -> config(Map.of(key, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(named);
  }

  @ParameterizedTest
  @CsvSource({
    "errors, fly=1, labmgr.simulation.errors",
    "errors, start=many, labmgr.simulation.errors",
    "refusals, start, labmgr.simulation.refusals",
    "delay, 1s, labmgr.simulation.delay",
  })
  void whatIsWrongInTheSimulationIsNamed(String key, String value, String named) {
    assertThatThrownBy(() -> config(Map.of("simulation", Map.of(key, value))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(named);
  }
}
