package dev.plinth.benchmarks;

import dev.plinth.spi.StoreUnavailableException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Measures a store beside what its users would call without it, and prints each bar. */
final class Comparison {
  private static final long TURN = TimeUnit.SECONDS.toNanos(2);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  /**
   * One line of the table.
   *
   * @param what is measured
   * @param store on which
   * @param other and on what it is compared with
   */
  record Row(CallerCase what, CallerSubject store, CallerSubject other) {}

  private final PrintStream out;
  private final String otherName;

  /** The other's name is for the head of the table. */
  Comparison(PrintStream out, String otherName) {
    this.out = out;
    this.otherName = otherName;
  }

  /** Prints what is compared, and how. */
  void head(String what, int rounds) {
    out.printf(
        Locale.ROOT,
        "%s%n%s %s, %d processors; callers are virtual threads with keys of their own;%n"
            + "medians of %d interleaved rounds of %d s.%n",
        what,
        System.getProperty("java.vm.name"),
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        rounds,
        TimeUnit.NANOSECONDS.toSeconds(TURN));
    out.flush();
  }

  /** Returns how many bars were missed. */
  int run(List<Row> rows, int rounds) throws InterruptedException, ExecutionException {
    for (Row row : rows) {
      awaitServing(row.store());
      fill(row.store(), row.what().keys());
      fill(row.other(), row.what().keys());
    }
    List<List<Double>> ofStore = new ArrayList<>();
    List<List<Double>> ofOther = new ArrayList<>();
    rows.forEach(row -> {
      ofStore.add(new ArrayList<>());
      ofOther.add(new ArrayList<>());
    });
    /* The first round warms up. */
    for (int round = 0; round <= rounds; round++) {
      for (int i = 0; i < rows.size(); i++) {
        Row row = rows.get(i);
        // Taking turns at being first, so that neither always finds the server as the other left
        // it.
        boolean storeFirst = round % 2 == 0;
        double first = row.what().measure(storeFirst ? row.store() : row.other(), TURN);
        double second = row.what().measure(storeFirst ? row.other() : row.store(), TURN);
        if (round > 0) {
          ofStore.get(i).add(storeFirst ? first : second);
          ofOther.get(i).add(storeFirst ? second : first);
        }
      }
    }
    return table(rows, ofStore, ofOther);
  }

  /** A server that has just started accepts connections before it can answer. */
  private static void awaitServing(CallerSubject subject) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE;
    while (true) {
      try {
        boolean _ = subject.get(0);
        return;
      } catch (StoreUnavailableException notYet) {
        if (System.nanoTime() - until > 0) {
          throw notYet;
        }
      }
    }
  }

  private static void fill(CallerSubject subject, int keys) throws InterruptedException {
    for (int key = 0; key < keys; key++) {
      if (subject.put(key, key) <= 0) {
        throw new IllegalStateException("put without a revision");
      }
    }
  }

  private int table(List<Row> rows, List<List<Double>> ofStore, List<List<Double>> ofOther) {
    out.printf(
        Locale.ROOT,
        "%n%-48s %14s %14s %9s %9s%n",
        "",
        "store ops/s",
        otherName + " ops/s",
        "ratio",
        "bar");
    int below = 0;
    for (int i = 0; i < rows.size(); i++) {
      CallerCase one = rows.get(i).what();
      double store = Medians.of(ofStore.get(i));
      double other = Medians.of(ofOther.get(i));
      double ratio = store / other;
      boolean missed = ratio < one.bar();
      below += missed ? 1 : 0;
      out.printf(
          Locale.ROOT,
          "%-48s %,14.0f %,14.0f %8.2fx %s%n",
          one,
          store,
          other,
          ratio,
          one.bar() == 0
              ? ""
              : String.format(Locale.ROOT, ">= %.2f %s", one.bar(), missed ? "BELOW" : "ok"));
    }
    return below;
  }
}
