package dev.plinth.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import dev.plinth.spi.StoreProvider;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MemoryConfigTest {
  @Test
  void everythingHasADefault() {
    MemoryConfig config = MemoryConfig.from(Settings.empty());
    assertThat(config.historyRevisions()).isEqualTo(100_000);
    assertThat(config.historyAge()).isEqualTo(Duration.ofHours(1));
    assertThat(config.historyBytes()).isEqualTo(256 << 20);
    assertThat(config.limits().operations()).isEqualTo(128);
    assertThat(config.limits().requestBytes()).isEqualTo(1_572_864);
    assertThat(config.limits().shortestTtl()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.limits().longestTtl().toSeconds()).isEqualTo(9_000_000_000L);
  }

  @Test
  void everythingCanBeSet() {
    MemoryConfig config =
        MemoryConfig.from(
            Settings.of(
                Map.of(
                    "history-revisions", 5,
                    "history-age", "2m",
                    "history-bytes", "1KiB",
                    "max-operations", 7,
                    "max-request-bytes", "2MiB",
                    "shortest-ttl", "3s",
                    "longest-ttl", "1h")));
    assertThat(config.historyRevisions()).isEqualTo(5);
    assertThat(config.historyAge()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.historyBytes()).isEqualTo(1_024);
    assertThat(config.limits().operations()).isEqualTo(7);
    assertThat(config.limits().requestBytes()).isEqualTo(2 << 20);
    assertThat(config.limits().shortestTtl()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.limits().longestTtl()).isEqualTo(Duration.ofHours(1));
  }

  @ParameterizedTest
  @CsvSource({
    "history-revision, 5",
    "history-revisions, -1",
    "max-operations, 0",
    "max-request-bytes, 0",
    "shortest-ttl, 1s",
    "shortest-ttl, 2500ms",
    "longest-ttl, 1s",
    "longest-ttl, 200000d",
  })
  void mistakesNameTheKey(String key, String value) {
    Settings settings = Settings.of(Map.of(key, value));
    assertThatThrownBy(() -> StoreProvider.named("memory").check(settings))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key);
  }
}
