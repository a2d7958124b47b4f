package dev.plinth.benchmarks;

import dev.plinth.benchmarks.CallerCase.Operation;
import dev.plinth.spi.Settings;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** Measures the etcd store beside the jetcd client and prints each bar with what was measured. */
final class EtcdReport {
  private static final List<CallerCase> CASES =
      List.of(
          new CallerCase(Operation.PUT, "", 1, 0.95),
          new CallerCase(Operation.PUT, "", 16, 0),
          new CallerCase(Operation.PUT, "", 256, 3),
          new CallerCase(Operation.GET, "", 1, 0.95),
          new CallerCase(Operation.GET, "", 16, 0),
          new CallerCase(Operation.GET, "", 256, 6),
          new CallerCase(Operation.REPLACE, "", 64, 0.95));

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
    EtcdServer etcd = new EtcdServer();
    try (ServerProcess server = etcd.start(List.of())) {
      return print(rounds, List.of("http://" + server.address()), etcd.description());
    }
  }

  private int print(int rounds, List<String> endpoints, String server)
      throws InterruptedException, ExecutionException {
    Comparison comparison = new Comparison(out, "jetcd");
    comparison.head(
        "etcd store, 16-byte keys, 128-byte values, against jetcd, both on " + server + ".",
        rounds);
    try (StoreRuntime runtime = StoreRuntime.system();
        CallerSubject store =
            new StoreSubject(
                List.of(
                    StoreProvider.named("etcd")
                        .open(Settings.of(Map.of("endpoints", endpoints)), runtime)));
        CallerSubject client = new JetcdSubject(endpoints)) {
      return comparison.run(
          CASES.stream().map(one -> new Comparison.Row(one, store, client)).toList(), rounds);
    }
  }
}
