package dev.plinth.benchmarks;

import com.google.protobuf.ByteString;
import dev.plinth.benchmarks.ClosedLoopGrpc.Request;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrpc;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Measures the gateway over the memory store beside etcd, with one tool that knows no difference.
 * Servers share one processor and take turns; the tool has another.
 */
final class GatewayReport {
  private static final int CONNECTIONS = 16;
  private static final int CLIENTS = 200;
  private static final long TURN = TimeUnit.SECONDS.toNanos(4);

  /** A compiler that shares a processor with what it compiles takes that long. */
  private static final long WARM_UP = TimeUnit.SECONDS.toNanos(20);

  private static final int WATCHES = 1000;
  private static final int PUTS_EACH_SECOND = 100;
  private static final int PUTS = 500;
  private static final int WARM_UP_PUTS = 1500;
  private static final int WATCHES_ON_A_STREAM = 10_000;
  private static final int LEASES = 100_000;
  private static final int LEASES_AT_ONCE = 500;

  private final PrintStream out;
  private int missed;

  GatewayReport(PrintStream out) {
    this.out = out;
  }

  /** A server that is measured, with its connections. */
  private record Subject(String name, ServerProcess server, ConnectionsGrpc connections)
      implements AutoCloseable {
    static Subject of(String name, ServerProcess server) {
      return new Subject(name, server, new ConnectionsGrpc(server.address(), CONNECTIONS));
    }

    @Override
    public void close() throws IOException {
      connections.close();
      server.close();
    }
  }

  /** Returns how many bars were missed. */
  int print(int rounds)
      throws InterruptedException, ExecutionException, IOException, TimeoutException {
    EtcdServer etcd = new EtcdServer();
    Processors.tieTool();
    out.printf(
        Locale.ROOT,
        "Gateway over the memory store, 16-byte keys, 128-byte values, against %s.%n"
            + "%s %s; servers on one processor, the tool on another; medians of %d interleaved"
            + " rounds.%n",
        etcd.description(),
        System.getProperty("java.vm.name"),
        Runtime.version(),
        rounds);
    try (Subject gateway = Subject.of("gateway", GatewayServer.start(Processors.ofServer()));
        Subject plain = Subject.of("etcd", etcd.start(Processors.ofServer()));
        Subject unsafe =
            Subject.of(
                "etcd that does not wait for its disk",
                etcd.start(Processors.ofServer(), "--unsafe-no-fsync"))) {
      List<Subject> all = List.of(gateway, plain, unsafe);
      load("put", Request.PUT, CLIENTS, 1.4, all, rounds);
      load("range of one key", Request.RANGE, CLIENTS, 1.4, all, rounds);
      load("put", Request.PUT, 1, 2, all, rounds);
      fanOut(all, rounds);
    }
    try (Subject gateway = Subject.of("gateway", GatewayServer.start(Processors.ofServer()))) {
      memory(gateway);
    }
    return missed;
  }

  private void load(
      String what, Request request, int clients, double bar, List<Subject> all, int rounds)
      throws InterruptedException, ExecutionException {
    List<ClosedLoopGrpc> loops =
        all.stream().map(each -> new ClosedLoopGrpc(each.connections(), request, clients)).toList();
    List<List<Double>> scores = new ArrayList<>();
    for (ClosedLoopGrpc each : loops) {
      each.fill();
      double unusedWarmUp = each.measure(WARM_UP);
      scores.add(new ArrayList<>());
    }
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < loops.size(); i++) {
        scores.get(i).add(loops.get(i).measure(TURN));
      }
    }
    double gateway = Medians.of(scores.getFirst());
    out.printf(
        Locale.ROOT,
        "%n%s, %d client%s%n  %-38s %,9.0f/s  mean %,6.0f us%n",
        what,
        clients,
        clients == 1 ? "" : "s over " + CONNECTIONS + " connections",
        all.getFirst().name(),
        gateway,
        clients * 1e6 / gateway);
    for (int i = 1; i < all.size(); i++) {
      double other = Medians.of(scores.get(i));
      out.printf(
          Locale.ROOT,
          "  %-38s %,9.0f/s  mean %,6.0f us  gateway %.2fx%s%n",
          all.get(i).name(),
          other,
          clients * 1e6 / other,
          gateway / other,
          i == 1 ? bar(gateway / other >= bar, ">= " + bar) : "");
    }
    out.flush();
  }

  private void fanOut(List<Subject> all, int rounds)
      throws InterruptedException, ExecutionException, TimeoutException {
    out.printf(
        Locale.ROOT,
        "%n%d watches on one key over %d connections, %d puts, %d/s%n",
        WATCHES,
        CONNECTIONS,
        PUTS,
        PUTS_EACH_SECOND);
    List<FanOutGrpc> watches = new ArrayList<>();
    List<List<FanOutGrpc.Result>> results = new ArrayList<>();
    try {
      for (Subject each : all) {
        FanOutGrpc open =
            new FanOutGrpc(each.connections(), ByteString.copyFromUtf8("fan-out"), WATCHES);
        watches.add(open);
        results.add(new ArrayList<>());
        FanOutGrpc.Result unusedWarmUp = open.measure(WARM_UP_PUTS, PUTS_EACH_SECOND);
      }
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < watches.size(); i++) {
          results.get(i).add(watches.get(i).measure(PUTS, PUTS_EACH_SECOND));
        }
      }
    } finally {
      watches.forEach(FanOutGrpc::close);
    }
    for (int i = 0; i < all.size(); i++) {
      out.printf(
          Locale.ROOT,
          "  %-38s p99 %8.2f ms  %,d events, %d missing%n",
          all.get(i).name(),
          p99(results.get(i)),
          results.get(i).stream().mapToInt(FanOutGrpc.Result::events).sum(),
          missing(results.get(i)));
    }
    double ratio = p99(results.getFirst()) / p99(results.get(1));
    out.printf(
        Locale.ROOT,
        "  p99 of the gateway %.2fx of etcd's%s%n",
        ratio,
        bar(ratio <= 1 && missing(results.getFirst()) == 0, "<= 1.0, none missing"));
    out.flush();
  }

  private static double p99(List<FanOutGrpc.Result> results) {
    return Medians.of(results.stream().map(FanOutGrpc.Result::p99).toList());
  }

  private static int missing(List<FanOutGrpc.Result> results) {
    return results.stream().mapToInt(FanOutGrpc.Result::missing).sum();
  }

  /** On a server of its own, because history that ends meanwhile would be counted, too. */
  private void memory(Subject gateway)
      throws IOException, InterruptedException, ExecutionException, TimeoutException {
    long before = GatewayServer.liveBytes(gateway.server());
    try (ConnectionsGrpc one = new ConnectionsGrpc(gateway.server().address(), 1);
        FanOutGrpc watches =
            new FanOutGrpc(one, ByteString.copyFromUtf8("watched"), WATCHES_ON_A_STREAM)) {
      long open = GatewayServer.liveBytes(gateway.server());
      FanOutGrpc.Result result = watches.measure(PUTS_EACH_SECOND / 10, PUTS_EACH_SECOND / 10);
      out.printf(
          Locale.ROOT,
          "%n%,d watches on one stream: %,d bytes each; %,d events of 10 puts, %d missing%s%n",
          WATCHES_ON_A_STREAM,
          (open - before) / WATCHES_ON_A_STREAM,
          result.events(),
          result.missing(),
          bar(result.missing() == 0, "none missing"));
    }
    long without = GatewayServer.liveBytes(gateway.server());
    grant(gateway.connections());
    out.printf(
        Locale.ROOT,
        "%,d leases: %,d bytes each%n",
        LEASES,
        (GatewayServer.liveBytes(gateway.server()) - without) / LEASES);
    out.flush();
  }

  private static void grant(ConnectionsGrpc connections)
      throws InterruptedException, ExecutionException {
    LeaseGrpc.LeaseFutureStub leases = LeaseGrpc.newFutureStub(connections.of(0));
    LeaseGrantRequest hour = LeaseGrantRequest.newBuilder().setTTL(3600).build();
    for (int done = 0; done < LEASES; done += LEASES_AT_ONCE) {
      var answers = new ArrayList<Future<?>>();
      for (int i = 0; i < LEASES_AT_ONCE; i++) {
        answers.add(leases.leaseGrant(hour));
      }
      for (Future<?> answer : answers) {
        answer.get();
      }
    }
  }

  private String bar(boolean met, String text) {
    missed += met ? 0 : 1;
    return "  bar " + text + (met ? " ok" : " MISSED");
  }
}
