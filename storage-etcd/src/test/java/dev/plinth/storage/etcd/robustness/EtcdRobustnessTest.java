package dev.plinth.storage.etcd.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.storage.etcd.testing.EtcdInstallation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens to servers and connections, what clients saw is what the contract allows, and
 * they recover by themselves.
 *
 * <p>{@code -Dplinth.seed=...} repeats a run, {@code -Dplinth.robustness.minutes=...} goes on with
 * seed after seed for so long. The summary is in {@code target/robustness-etcd.txt}, recorded
 * histories are in {@code target/robustness}.
 */
final class EtcdRobustnessTest {
  private static final int OPERATIONS = 20_000;
  private static final Path TARGET = Path.of(System.getProperty("basedir", "."), "target");

  @Test
  void whatClientsSawIsWhatTheContractAllows() {
    long seed = Long.getLong("plinth.seed", System.nanoTime());
    long minutes = Long.getLong("plinth.robustness.minutes", 0);
    RobustnessRun.Goal goal =
        minutes == 0
            ? new RobustnessRun.Goal(Duration.ofSeconds(60), OPERATIONS, Duration.ofSeconds(4))
            : new RobustnessRun.Goal(Duration.ofSeconds(120), OPERATIONS, Duration.ofSeconds(30));
    long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
    List<RobustnessRun.Result> results = new ArrayList<>();
    do {
      RobustnessRun run = new RobustnessRun(seed++, goal, TARGET.resolve("robustness"));
      RobustnessRun.Result result = run.run(EtcdInstallation.newest());
      results.add(result);
      write(results);
      assertThat(result.problems())
          .as("repeat with -Dplinth.seed=%s; on %s", result.seed(), result.servers())
          .isEmpty();
    } while (System.nanoTime() - end < 0);
  }

  private static void write(List<RobustnessRun.Result> results) {
    List<String> lines = new ArrayList<>();
    lines.add("Robustness of the store 'etcd'");
    lines.add("");
    for (RobustnessRun.Result result : results) {
      lines.add(
          String.format(
              Locale.ROOT,
              "seed %d: %s; %d s, %d operations, %d revisions, slowest recovery %d ms, %s",
              result.seed(),
              result.servers(),
              result.length().toSeconds(),
              result.operations(),
              result.changes(),
              result.slowestRecovery().toMillis(),
              result.problems().isEmpty()
                  ? "no violation"
                  : "PROBLEMS " + result.problems().size()));
      lines.add("  outcomes: " + result.outcomes());
      lines.add("  faults: " + result.faults());
      result.problems().stream().limit(10).forEach(problem -> lines.add("  " + shortened(problem)));
    }
    lines.add("");
    lines.add(
        results.stream().mapToInt(RobustnessRun.Result::operations).sum()
            + " operations and "
            + results.stream()
                .flatMap(result -> result.faults().values().stream())
                .mapToInt(Integer::intValue)
                .sum()
            + " faults in "
            + results.stream().mapToLong(result -> result.length().toSeconds()).sum()
            + " s");
    try {
      Files.createDirectories(TARGET);
      Files.write(TARGET.resolve("robustness-etcd.txt"), lines);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  private static String shortened(String text) {
    return text.length() > 1000 ? text.substring(0, 1000) + "..." : text;
  }
}
