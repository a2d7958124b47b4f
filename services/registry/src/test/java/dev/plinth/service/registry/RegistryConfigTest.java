package dev.plinth.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.service.registry.presence.PresenceRules;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RegistryConfigTest {
  @Test
  void defaultsAreThoseThatGatewaysKnow() {
    assertThat(RegistryConfig.from(Settings.empty()))
        .isEqualTo(
            new RegistryConfig(
                new PresenceRules(
                    "/registry",
                    Duration.ofSeconds(90),
                    Duration.ofSeconds(30),
                    5,
                    1000,
                    Duration.ofSeconds(15)),
                8090));
  }

  @Test
  void everyKeyIsRead() {
    assertThat(
            RegistryConfig.from(
                Settings.of(
                    Map.of(
                        "http-port", 1,
                        "key-prefix", "chat/",
                        "ttl", "20s",
                        "heartbeat-interval", "7s",
                        "device-limit", 2,
                        "lookup-limit", 3,
                        "watch-progress-interval", "500ms"))))
        .isEqualTo(
            new RegistryConfig(
                new PresenceRules(
                    "/chat",
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(7),
                    2,
                    3,
                    Duration.ofMillis(500)),
                1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ttl; 50s; ttl must be at least 2 times the heartbeat interval",
        "ttl; 1s; whole seconds, at least 2s",
        "ttl; 90500ms; whole seconds, at least 2s, is 90500ms",
        "heartbeat-interval; 46s; 90s against 46s",
        "heartbeat-interval; 0s; heartbeat-interval must be whole seconds, at least 1s, is 0s",
        "heartbeat-interval; 1500ms; is 1500ms",
        "watch-progress-interval; 0s; watch-progress-interval must be above zero",
        "device-limit; 0; 0 is not between 1 and 1000",
        "lookup-limit; many; is not a whole number",
        "key-prefix; /; must not be the whole store",
        "http-port; 65536; 65536 is not between 0 and 65535",
        "tll; 90s; did you mean 'ttl'?"
      })
  void whatIsWrongIsNamed(String key, String value, String problem) {
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() -> RegistryConfig.from(Settings.of(Map.of(key, value))))
        .withMessageContaining(problem);
  }

  @Test
  void everyUnsoundTimeIsNamedAtOnce() {
    assertThatExceptionOfType(SettingsException.class)
        .isThrownBy(() ->
            RegistryConfig.from(
                Settings.of(
                    Map.of(
                        "ttl", "1s",
                        "heartbeat-interval", "1s",
                        "watch-progress-interval", "0s"))))
        .withMessageContaining("whole seconds")
        .withMessageContaining("2 times the heartbeat interval")
        .withMessageContaining("watch-progress-interval");
  }
}
