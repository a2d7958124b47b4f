package dev.plinth.benchmarks;

import dev.plinth.benchmarks.EtcdCase.Operation;
import dev.plinth.spi.StoreUnavailableException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Measures the etcd store beside the jetcd client and prints each bar with what was measured. */
final class EtcdReport {
  private static final long WARM_UP = TimeUnit.SECONDS.toNanos(2);
  private static final long MEASURED = TimeUnit.SECONDS.toNanos(2);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
  private static final List<EtcdCase> CASES =
      List.of(
          new EtcdCase(Operation.PUT, 1, 0.95),
          new EtcdCase(Operation.PUT, 16, 0),
          new EtcdCase(Operation.PUT, 256, 3),
          new EtcdCase(Operation.GET, 1, 0.95),
          new EtcdCase(Operation.GET, 16, 0),
          new EtcdCase(Operation.GET, 256, 6),
          new EtcdCase(Operation.REPLACE, 64, 0.95));

  private final PrintStream out;

  EtcdReport(PrintStream out) {
    this.out = out;
  }

  /** Returns how many bars were missed. */
  int print(int rounds, List<String> endpoints)
      throws InterruptedException, ExecutionException, IOException {
    if (!endpoints.isEmpty()) {
      return print(rounds, endpoints, "the servers at " + String.join(", ", endpoints));
    }
    try (EtcdServer server = EtcdServer.start()) {
      return print(rounds, List.of(server.endpoint()), server.description());
    }
  }

  private int print(int rounds, List<String> endpoints, String server)
      throws InterruptedException, ExecutionException {
    out.printf(
        Locale.ROOT,
        "etcd store, 16-byte keys, 128-byte values, against jetcd, both on %s.%n"
            + "%s %s, %d processors; callers are virtual threads with keys of their own;%n"
            + "medians of %d interleaved rounds of %d s.%n",
        server,
        System.getProperty("java.vm.name"),
        Runtime.version(),
        Runtime.getRuntime().availableProcessors(),
        rounds,
        TimeUnit.NANOSECONDS.toSeconds(MEASURED));
    out.flush();
    Map<EtcdCase, List<Double>> ofStore = new HashMap<>();
    Map<EtcdCase, List<Double>> ofClient = new HashMap<>();
    try (EtcdSubject store = new EtcdSubject.OfStore(endpoints);
        EtcdSubject client = new EtcdSubject.OfClient(endpoints)) {
      awaitServing(store);
      fill(store);
      for (int round = 0; round <= rounds; round++) {
        for (EtcdCase one : CASES) {
          boolean warmUp = round == 0;
          long time = warmUp ? WARM_UP : MEASURED;
          // Taking turns at being first, so that neither always finds the server as the other left
          // it.
          double first = one.measure(round % 2 == 0 ? store : client, time);
          double second = one.measure(round % 2 == 0 ? client : store, time);
          if (!warmUp) {
            add(ofStore, one, round % 2 == 0 ? first : second);
            add(ofClient, one, round % 2 == 0 ? second : first);
          }
        }
      }
    }
    return table(ofStore, ofClient);
  }

  /** A server that has just started accepts connections before it can answer. */
  private static void awaitServing(EtcdSubject subject) throws InterruptedException {
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

  private static void fill(EtcdSubject subject) throws InterruptedException {
    for (int key = 0; key < EtcdCase.keys(CASES); key++) {
      if (subject.put(key, key) <= 0) {
        throw new IllegalStateException("put without a revision");
      }
    }
  }

  private static void add(Map<EtcdCase, List<Double>> scores, EtcdCase one, double score) {
    scores.computeIfAbsent(one, key -> new ArrayList<>()).add(score);
  }

  private int table(Map<EtcdCase, List<Double>> ofStore, Map<EtcdCase, List<Double>> ofClient) {
    out.printf(
        Locale.ROOT,
        "%n%-40s %14s %14s %9s %9s%n",
        "",
        "store ops/s",
        "jetcd ops/s",
        "ratio",
        "bar");
    int below = 0;
    for (EtcdCase one : CASES) {
      double store = median(ofStore.getOrDefault(one, List.of()));
      double client = median(ofClient.getOrDefault(one, List.of()));
      double ratio = store / client;
      boolean missed = ratio < one.bar();
      below += missed ? 1 : 0;
      out.printf(
          Locale.ROOT,
          "%-40s %,14.0f %,14.0f %8.2fx %s%n",
          one,
          store,
          client,
          ratio,
          one.bar() == 0
              ? ""
              : String.format(Locale.ROOT, ">= %.2f %s", one.bar(), missed ? "BELOW" : "ok"));
    }
    return below;
  }

  private static double median(List<Double> scores) {
    List<Double> sorted = new ArrayList<>(scores);
    Collections.sort(sorted);
    int size = sorted.size();
    return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
  }
}
