package dev.plinth.chassis.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1));
  private static final RandomGenerator LEAST = () -> 0;
  private static final RandomGenerator MOST = () -> -1;

  @Test
  void waitsDoubleUpToTheLongest() {
    assertThat(BACKOFF.after(1, LEAST)).isEqualTo(Duration.ofMillis(50));
    assertThat(BACKOFF.after(2, LEAST)).isEqualTo(Duration.ofMillis(100));
    assertThat(BACKOFF.after(4, LEAST)).isEqualTo(Duration.ofMillis(400));
    assertThat(BACKOFF.after(5, LEAST)).isEqualTo(Duration.ofMillis(500));
    assertThat(BACKOFF.after(1_000_000, LEAST)).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void jitterStaysBelowTheWhole() {
    assertThat(BACKOFF.after(1, MOST))
        .isGreaterThan(Duration.ofMillis(99))
        .isLessThanOrEqualTo(Duration.ofMillis(100));
    assertThat(BACKOFF.after(50, MOST)).isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> BACKOFF.after(0, LEAST)).isInstanceOf(IllegalArgumentException.class);
  }
}
