package dev.plinth.benchmarks;

import dev.plinth.benchmarks.Measurements.Case;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.RunnerException;

/** Measures the memory store and prints each bar with what was measured. */
final class MemoryReport {
  private static final List<Integer> SIZES = List.of(1_000, 100_000, 1_000_000);
  private static final List<Integer> THREADS = List.of(1, 8);
  private static final List<Integer> WATCHES = List.of(1, 100, 10_000);
  private static final Case RENEW = Case.of("StoreBenchmark.renew");
  private static final Case REPLACE = Case.of("StoreBenchmark.replaceUnchanged");

  /** Only these have bars; at 1,000 keys everything is in the processor's cache. */
  private static final int LARGE = 100_000;

  private final PrintStream out;
  private final Measurements measurements = new Measurements();
  private int below;

  MemoryReport(PrintStream out) {
    this.out = out;
  }

  /** Returns how many bars were missed. */
  int print(int rounds) throws RunnerException {
    out.printf(
        Locale.ROOT,
        "Memory store, 16-byte keys, 128-byte values, against ConcurrentSkipListMap.%n"
            + "%s %s, %d processors, flags %s; medians of %d interleaved rounds.%n",
        System.getProperty("java.vm.name"),
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        String.join(" ", Measurements.JVM_FLAGS),
        rounds);
    out.flush();
    measurements.run(cases(), rounds);
    out.printf(
        Locale.ROOT, "%n%-52s %14s %14s %9s %9s%n", "", "store ops/s", "map ops/s", "ratio", "bar");
    comparisons();
    growth();
    alone();
    double history = HistoryMemory.overheadPerRevision();
    row("history, 100,000 keys, bytes over the value/revision", history, "", 1_536, false);
    return below;
  }

  private static Case keyValue(String method, String subject, int size, int threads) {
    return Case.of("KeyValueBenchmark." + method)
        .with("subject", subject)
        .with("size", size)
        .on(threads);
  }

  private static Case deliver(int watches) {
    return Case.of("StoreBenchmark.putAndDeliver").with("watchers", watches);
  }

  private static Case besideWatches(int watches) {
    return Case.of("StoreBenchmark.putBesideWatches").with("others", watches);
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (String method : List.of("get", "put")) {
      for (int size : SIZES) {
        for (int threads : THREADS) {
          cases.add(keyValue(method, Subject.STORE, size, threads));
          cases.add(keyValue(method, Subject.SKIP_LIST, size, threads));
        }
      }
    }
    cases.add(besideWatches(0));
    cases.add(besideWatches(10_000));
    WATCHES.forEach(watches -> cases.add(deliver(watches)));
    cases.add(REPLACE);
    cases.add(RENEW);
    return cases;
  }

  private void comparisons() {
    for (String method : List.of("get", "put")) {
      for (int size : SIZES) {
        for (int threads : THREADS) {
          double store = measurements.median(keyValue(method, Subject.STORE, size, threads));
          double map = measurements.median(keyValue(method, Subject.SKIP_LIST, size, threads));
          out.printf(
              Locale.ROOT,
              "%-52s %,14.0f %,14.0f %8.2fx %s%n",
              String.format(Locale.ROOT, "%s, %,d keys, %d threads", method, size, threads),
              store,
              map,
              store / map,
              verdict(store / map, bar(method, size, threads), true));
        }
      }
    }
  }

  /** The least ratio to the map, or 0 for none. */
  private static double bar(String method, int size, int threads) {
    if (size < LARGE) {
      return 0;
    }
    if (method.equals("get")) {
      return 1.2;
    }
    return threads == 1 ? 0.9 : 0.35;
  }

  private void growth() {
    row(
        "put, cost at 1,000,000 keys over cost at 1,000",
        measurements.median(keyValue("put", Subject.STORE, 1_000, 1))
            / measurements.median(keyValue("put", Subject.STORE, 1_000_000, 1)),
        "x",
        6,
        false);
    row(
        "put, speed with 10,000 watches on other keys",
        measurements.median(besideWatches(10_000)) / measurements.median(besideWatches(0)),
        "x",
        0.8,
        true);
  }

  private void alone() {
    speed("replace if unchanged (a get and a transaction)", measurements.median(REPLACE));
    for (int watches : WATCHES) {
      speed(
          String.format(Locale.ROOT, "changes delivered to %,d watches", watches),
          measurements.median(deliver(watches)) * watches);
    }
    speed("renewals with 100,000 leases", measurements.median(RENEW));
  }

  private void speed(String name, double operations) {
    out.printf(Locale.ROOT, "%-52s %,14.0f%n", name, operations);
  }

  private void row(String name, double measured, String unit, double bar, boolean atLeast) {
    out.printf(
        Locale.ROOT,
        "%-52s %14s %14s %,8.2f%s %s%n",
        name,
        "",
        "",
        measured,
        unit.isEmpty() ? " " : unit,
        verdict(measured, bar, atLeast));
  }

  private String verdict(double measured, double bar, boolean atLeast) {
    if (bar == 0) {
      return "";
    }
    boolean met = atLeast ? measured >= bar : measured <= bar;
    if (!met) {
      below++;
    }
    return String.format(
        Locale.ROOT, "%s %,.2f %s", atLeast ? ">=" : "<=", bar, met ? "ok" : "BELOW");
  }
}
