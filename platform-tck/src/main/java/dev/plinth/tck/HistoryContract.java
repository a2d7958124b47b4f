package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Store;
import dev.plinth.tck.history.Checks;
import dev.plinth.tck.history.Surroundings;
import dev.plinth.tck.history.Workload;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Recorded histories of concurrent clients, checked as a whole.
 *
 * <p>{@code -Dplinth.seed=...} runs one seed only, {@code -Dplinth.all=true} many more of them. On
 * a store whose time must be waited for there are fewer.
 *
 * @since 0.1
 */
public interface HistoryContract extends StoreFixture {
  /** Whatever several clients do at once, the answers agree with one history. */
  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES)
  @Verifies({"G1", "G4", "G6", "G7", "G8", "G9", "G24", "G26", "G38", "G45", "G47"})
  default void theAnswersToConcurrentClientsAgreeWithOneHistory(CaseRecord record) {
    long first = Long.getLong("plinth.seed", System.nanoTime());
    boolean waits = !tolerance().isZero();
    Duration longestStep = Duration.ofMillis(waits ? 20 : 400);
    int many = Boolean.getBoolean("plinth.all") ? 200 : 30;
    int seeds = Long.getLong("plinth.seed") != null ? 1 : waits ? many / 10 : many;
    boolean losesDeletes = knownDefects().contains(KnownDefect.DELETE_AT_COMPACTION_LOST);
    Checks.Tolerance tolerance =
        losesDeletes ? Checks.Tolerance.DELETES_AT_COMPACTED_START : Checks.Tolerance.NONE;
    record.note("Recorded histories of the seeds " + first + " to " + (first + seeds - 1));
    for (long seed = first; seed < first + seeds; seed++) {
      for (boolean interleaved : List.of(true, false)) {
        int clients = 3 + Math.floorMod(seed, 6);
        Workload workload = new Workload(seed, clients, 1500 / clients, interleaved);
        try (Store store = openEmpty()) {
          Surroundings surroundings =
              new Surroundings(
                  // All calls of a client are waited for at once.
                  by -> advance(store, by),
                  longestStep,
                  patience().multipliedBy(4));
          assertThat(Checks.run(workload.run(store, surroundings), tolerance))
              .as("repeat with -Dplinth.seed=%s; %s", seed, workload)
              .isEmpty();
        }
      }
    }
  }
}
