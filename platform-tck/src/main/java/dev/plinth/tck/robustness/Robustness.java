package dev.plinth.tck.robustness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Disturbs a store for a while, or again and again, and says what came of it.
 *
 * <p>{@code -Dplinth.seed=...} repeats a run, {@code -Dplinth.robustness.minutes=...} goes on with
 * seed after seed for so long. A run with neither of them nor {@code -Dplinth.all=true} may end
 * after half of the faults; which ones is up to its seed. The summary is in {@code
 * robustness-<store>.txt} of the target folder, recorded histories are below {@code robustness} in
 * it.
 */
public final class Robustness {
  private static final RobustnessRun.Goal SHORT =
      new RobustnessRun.Goal(Duration.ofSeconds(30), 10_000, false);
  private static final RobustnessRun.Goal WHOLE =
      new RobustnessRun.Goal(Duration.ofMinutes(1), 20_000, true);
  private static final RobustnessRun.Goal LONG =
      new RobustnessRun.Goal(Duration.ofMinutes(2), 20_000, true);

  private final String store;
  private final Path target;

  /**
   * Prepares runs.
   *
   * @param store its name, for the summary
   * @param target a folder for summary and histories
   */
  public Robustness(String store, Path target) {
    this.store = store;
    this.target = target;
  }

  /**
   * Says whether this is a long run, in which faults may last longer.
   *
   * @return whether minutes were asked for
   */
  public static boolean isLong() {
    return minutes() > 0;
  }

  private static boolean isWhole() {
    return Boolean.getBoolean("plinth.all") || Long.getLong("plinth.seed") != null;
  }

  private static long minutes() {
    return Long.getLong("plinth.robustness.minutes", 0);
  }

  /**
   * Runs, as often as there is time for.
   *
   * @param opening starts what is disturbed, once for each seed
   * @throws AssertionError if clients saw what the contract does not allow, or did not recover
   */
  public void run(Opening opening) {
    long seed = Long.getLong("plinth.seed", System.nanoTime());
    RobustnessRun.Goal goal = isLong() ? LONG : isWhole() ? WHOLE : SHORT;
    long end = System.nanoTime() + Duration.ofMinutes(minutes()).toNanos();
    List<RobustnessRun.Result> results = new ArrayList<>();
    do {
      RobustnessRun run = new RobustnessRun(seed++, goal, target.resolve("robustness"));
      RobustnessRun.Result result = run.run(opening);
      results.add(result);
      write(results);
      if (!result.problems().isEmpty()) {
        throw new AssertionError(
            "repeat with -Dplinth.seed=%d; on %s; wrong: %s"
                .formatted(
                    result.seed(),
                    result.servers(),
                    result.problems().stream().limit(10).map(Robustness::shortened).toList()));
      }
    } while (System.nanoTime() - end < 0);
  }

  private void write(List<RobustnessRun.Result> results) {
    List<String> lines = new ArrayList<>();
    lines.add("Robustness of the store '" + store + "'");
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
      Files.createDirectories(target);
      Files.write(target.resolve("robustness-" + store + ".txt"), lines);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  private static String shortened(String text) {
    return text.length() > 1000 ? text.substring(0, 1000) + "..." : text;
  }
}
