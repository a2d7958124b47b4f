package dev.plinth.service.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class GatewayConfigTest {
  private static GatewayConfig read(Map<String, ?> section) {
    return GatewayConfig.from(Settings.of(Map.of("gateway", section)).section("gateway"));
  }

  @Test
  void hasDefaults() {
    assertThat(GatewayConfig.from(Settings.empty()))
        .isEqualTo(new GatewayConfig(2379, "plinth", List.of(), Duration.ofMinutes(10)));
  }

  @Test
  void readsEveryKey() {
    assertThat(
            read(
                Map.of(
                    "port",
                    1,
                    "name",
                    "one",
                    "client-urls",
                    List.of("http://a:2379", "https://b:1"),
                    "watch-progress-interval",
                    "1s")))
        .isEqualTo(
            new GatewayConfig(
                1, "one", List.of("http://a:2379", "https://b:1"), Duration.ofSeconds(1)));
  }

  @Test
  void refusesWhatCannotBe() {
    assertRefused(Map.of("prt", 1), "gateway.prt");
    assertRefused(Map.of("port", 70_000), "gateway.port");
    assertRefused(Map.of("name", " "), "gateway.name");
    assertRefused(Map.of("client-urls", "a:2379"), "gateway.client-urls");
    assertRefused(Map.of("client-urls", "http://a"), "gateway.client-urls");
    assertRefused(Map.of("watch-progress-interval", "1ms"), "gateway.watch-progress-interval");
  }

  private static void assertRefused(Map<String, ?> section, String key) {
    assertThatThrownBy(() -> read(section))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key);
  }
}
