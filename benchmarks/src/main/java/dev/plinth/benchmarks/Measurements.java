package dev.plinth.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs benchmarks in turn, several rounds of short runs each in a JVM of its own, and keeps the
 * median: what disturbs the machine for a while disturbs one round of all of them.
 */
final class Measurements {
  /** One benchmark with its parameters. */
  record Case(String method, int threads, Map<String, String> parameters) {
    static Case of(String method) {
      return new Case(method, 1, Map.of());
    }

    Case on(int count) {
      return new Case(method, count, parameters);
    }

    Case with(String parameter, Object value) {
      Map<String, String> more = new LinkedHashMap<>(parameters);
      more.put(parameter, value.toString());
      return new Case(method, threads, more);
    }
  }

  /**
   * A collector without pauses to be tuned, and a young generation that holds short-lived paths.
   */
  static final List<String> JVM_FLAGS =
      List.of(
          "-Xms6g",
          "-Xmx6g",
          "-Xmn1536m",
          "-XX:+AlwaysPreTouch",
          "-XX:+UseParallelGC",
          "-XX:+UseTransparentHugePages",
          "--sun-misc-unsafe-memory-access=allow");

  private final Map<Case, List<Double>> scores = new LinkedHashMap<>();

  void run(List<Case> cases, int rounds) throws RunnerException {
    for (int round = 0; round < rounds; round++) {
      for (Case one : cases) {
        scores.computeIfAbsent(one, key -> new ArrayList<>()).add(score(one));
      }
    }
  }

  /** Operations each second. */
  double median(Case one) {
    List<Double> measured = scores.getOrDefault(one, List.of());
    if (measured.isEmpty()) {
      throw new IllegalArgumentException("not measured: " + one);
    }
    return Medians.of(measured);
  }

  private static double score(Case one) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\." + one.method() + "$")
            .threads(one.threads())
            .forks(1)
            // The compiler settles after three to four seconds on two processors.
            .warmupIterations(4)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(3)
            .measurementTime(TimeValue.seconds(1))
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .jvmArgs(JVM_FLAGS.toArray(String[]::new));
    one.parameters().forEach(options::param);
    Collection<RunResult> results = new Runner(options.build()).run();
    return results.iterator().next().getPrimaryResult().getScore();
  }
}
