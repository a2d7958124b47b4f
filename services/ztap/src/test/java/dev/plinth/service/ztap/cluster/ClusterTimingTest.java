package dev.plinth.service.ztap.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusterTimingTest {

  @ParameterizedTest
  @CsvSource({"10, 2, 6", "60, 5, 15", "60, 10, 30"})
  void documentedProfilesAreSound(int ttl, int heartbeat, int election) {
    assertThat(timing(ttl, heartbeat, election).violations()).isEmpty();
  }

  @Test
  void everyInequalityThatDoesNotHoldIsNamed() {
    assertThat(timing(5, 4, 15).violations())
        .containsExactly("heartbeat-interval <= session-ttl / 3 does not hold: 4s > 5s / 3");
    assertThat(timing(5, 4, 11).violations())
        .containsExactly(
            "heartbeat-interval <= election-timeout / 3 does not hold: 4s > 11s / 3",
            "heartbeat-interval <= session-ttl / 3 does not hold: 4s > 5s / 3");
    assertThat(timing(60, 0, 15).violations())
        .containsExactly("heartbeat-interval must be above zero");
    assertThat(
            new ClusterTiming(Duration.ofSeconds(1), Duration.ofMillis(300), Duration.ofSeconds(1))
                .violations())
        .containsExactly("session-ttl must be at least 2s");
  }

  @Test
  void aCrashCostsTheSessionAndASecond() {
    assertThat(timing(60, 5, 15).worstCaseFailover()).isEqualTo(Duration.ofSeconds(61));
  }

  private static ClusterTiming timing(int ttl, int heartbeat, int election) {
    return new ClusterTiming(
        Duration.ofSeconds(ttl), Duration.ofSeconds(heartbeat), Duration.ofSeconds(election));
  }
}
