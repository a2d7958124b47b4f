package dev.plinth.service.centro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The section {@code centro}. */
final class CentroConfigTest {

  @Test
  void hasTheDefaultsThatAgentsExpect() {
    CentroConfig config = CentroConfig.from(Settings.empty());
    assertThat(config)
        .isEqualTo(
            new CentroConfig(
                50051,
                8080,
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                Duration.ofSeconds(15),
                false));
  }

  @Test
  void readsEveryKey() {
    CentroConfig config =
        CentroConfig.from(
            Settings.of(
                Map.of(
                    "grpc-port", 1,
                    "http-port", 2,
                    "node-ttl", "3s",
                    "node-grace", "4s",
                    "report-interval", "5s",
                    "reservation", "6s",
                    "election-ttl", "7s",
                    "demo-jobs", true)));
    assertThat(config)
        .isEqualTo(
            new CentroConfig(
                1,
                2,
                Duration.ofSeconds(3),
                Duration.ofSeconds(4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(6),
                Duration.ofSeconds(7),
                true));
  }

  @Test
  void refusesWhatItDoesNotKnowOrCannotMean() {
    assertRefused(Map.of("grpc-prot", 1), "grpc-prot");
    assertRefused(Map.of("grpc-port", 70_000), "grpc-port");
    assertRefused(Map.of("node-ttl", "1s"), "node-ttl");
    assertRefused(Map.of("reservation", "0s"), "reservation");
    assertRefused(Map.of("demo-jobs", "yes"), "demo-jobs");
  }

  private static void assertRefused(Map<String, Object> values, String key) {
    assertThatThrownBy(() -> CentroConfig.from(Settings.of(values)))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key);
  }
}
