package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MigrationRetriesTest {
  private final VirtualRuntime time = new VirtualRuntime(1);
  private final List<Long> retried = new ArrayList<>();
  private final MigrationRetries retries =
      new MigrationRetries(time, () -> retried.add(time.nanoTime()));

  @Test
  void whatFailedIsTriedAgainSoon() {
    retries.failed();
    time.advance(MigrationRetries.FIRST.minusNanos(1));
    assertThat(retried).isEmpty();
    time.advance(Duration.ofNanos(1));
    assertThat(retried).hasSize(1);
    time.advance(MigrationRetries.CALM);
    assertThat(retried).hasSize(1);
  }

  @Test
  void copiesThatFailTogetherAreTriedAgainTogether() {
    for (int partition = 0; partition < 13; partition++) {
      retries.failed();
    }
    time.advance(MigrationRetries.FIRST);
    assertThat(retried).hasSize(1);
  }

  @Test
  void whatGoesOnFailingIsLeftToHazelcastInTheEnd() {
    for (int failure = 0; failure < 50; failure++) {
      retries.failed();
      time.advance(Duration.ofMillis(100));
    }
    assertThat(retried).hasSizeBetween(4, 7);
    assertThat(retried.getLast() - retried.get(retried.size() - 2))
        .isGreaterThan(Duration.ofSeconds(1).toNanos());
    int before = retried.size();
    for (int failure = 0; failure < 100; failure++) {
      retries.failed();
      retries.failed();
      time.advance(MigrationRetries.HAZELCASTS.multipliedBy(2));
    }
    assertThat(retried).hasSize(before);
  }

  @Test
  void aFailureLongAfterTheLastIsANewOne() {
    for (int failure = 0; failure < 50; failure++) {
      retries.failed();
      time.advance(Duration.ofMillis(100));
    }
    int before = retried.size();
    time.advance(MigrationRetries.CALM);
    retries.failed();
    time.advance(MigrationRetries.FIRST);
    assertThat(retried).hasSize(before + 1);
  }
}
