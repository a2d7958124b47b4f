package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class AwaitTest {
  @Test
  void aHopelessWaitFailsAndSaysForWhat() {
    assertThatThrownBy(() -> new Await(Duration.ofMillis(5)).until("nothing comes", () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("nothing comes");
  }

  @Test
  void aWaitEndsWithWhatItWaitedFor() {
    AtomicInteger asked = new AtomicInteger();
    Await await = new Await(Duration.ofSeconds(20));
    String found =
        await.value(
            "the third time",
            () -> asked.incrementAndGet() == 3 ? Optional.of("here") : Optional.empty());

    assertThat(found).isEqualTo("here");
    assertThat(asked.get()).isEqualTo(3);
  }

  @Test
  void aFailureOfOneThreadIsThrown() {
    assertThatThrownBy(() ->
            Concurrently.run(
                Duration.ofSeconds(20),
                3,
                thread ->
                    () -> {
                      if (thread == 1) {
                        throw new IllegalStateException("the second");
                      }
                      return thread;
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the second");
    assertThat(Concurrently.run(Duration.ofSeconds(20), 3, thread -> () -> thread))
        .isEqualTo(List.of(0, 1, 2));
  }
}
