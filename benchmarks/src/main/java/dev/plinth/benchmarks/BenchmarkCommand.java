package dev.plinth.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs benchmarks by name: {@code memory [rounds]}, {@code hazelcast [rounds]}, {@code gateway
 * [rounds]} or {@code etcd [rounds] [--endpoints host:port,...]}.
 */
public final class BenchmarkCommand {
  private static final int MEMORY_ROUNDS = 2;
  private static final int SERVER_ROUNDS = 5;
  private static final int USAGE = 2;
  private static final String ENDPOINTS = "--endpoints";

  private BenchmarkCommand() {}

  /**
   * Ends with 0 if every bar was met, 1 if one was missed, 2 for a wrong command.
   *
   * @param arguments the name of the benchmarks, and how many rounds
   * @throws RunnerException if a benchmark failed
   * @throws ExecutionException if a caller failed
   * @throws InterruptedException if interrupted
   * @throws TimeoutException if a server did not answer
   */
  public static void main(String... arguments)
      throws RunnerException, ExecutionException, InterruptedException, TimeoutException {
    int status;
    try {
      status = run(List.of(arguments));
    } catch (IOException noServer) {
      System.err.println("bench: " + noServer.getMessage());
      status = 1;
    }
    System.exit(status);
  }

  private static int run(List<String> arguments)
      throws RunnerException,
          ExecutionException,
          InterruptedException,
          IOException,
          TimeoutException {
    List<String> rest = new ArrayList<>(arguments);
    String name = rest.isEmpty() ? "memory" : rest.removeFirst();
    int rounds = name.equals("memory") ? MEMORY_ROUNDS : SERVER_ROUNDS;
    if (!rest.isEmpty() && isCount(rest.getFirst())) {
      rounds = Integer.parseInt(rest.removeFirst());
    }
    if (name.equals("memory") && rest.isEmpty()) {
      return new MemoryReport(System.out).print(rounds) == 0 ? 0 : 1;
    }
    if (name.equals("hazelcast") && rest.isEmpty()) {
      return new HazelcastReport(System.out).print(rounds) == 0 ? 0 : 1;
    }
    if (name.equals("gateway") && rest.isEmpty()) {
      return new GatewayReport(System.out).print(rounds) == 0 ? 0 : 1;
    }
    if (name.equals("etcd")
        && (rest.isEmpty() || (rest.size() == 2 && rest.getFirst().equals(ENDPOINTS)))) {
      List<String> endpoints = rest.isEmpty() ? List.of() : List.of(rest.getLast().split(",", -1));
      return new EtcdReport(System.out).print(rounds, endpoints) == 0 ? 0 : 1;
    }
    System.err.println(
        "usage: bench [memory [rounds] | hazelcast [rounds] | gateway [rounds] | etcd [rounds] ["
            + ENDPOINTS
            + " host:port,...]]");
    return USAGE;
  }

  private static boolean isCount(String text) {
    return text.matches("[1-9][0-9]?");
  }
}
