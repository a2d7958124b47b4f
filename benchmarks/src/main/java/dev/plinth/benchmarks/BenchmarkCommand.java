package dev.plinth.benchmarks;

import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** Runs benchmarks by name: {@code memory [rounds]}. */
public final class BenchmarkCommand {
  private static final int ROUNDS = 2;
  private static final int USAGE = 2;

  private BenchmarkCommand() {}

  /**
   * Ends with 0 if every bar was met, 1 if one was missed, 2 for a wrong command.
   *
   * @param arguments the name of the benchmarks, and how many rounds
   * @throws RunnerException if a benchmark failed
   */
  public static void main(String... arguments) throws RunnerException {
    System.exit(run(List.of(arguments)));
  }

  private static int run(List<String> arguments) throws RunnerException {
    boolean known = arguments.isEmpty() || arguments.getFirst().equals("memory");
    if (!known || arguments.size() > 2 || (arguments.size() == 2 && !isCount(arguments.get(1)))) {
      System.err.println("usage: bench [memory [rounds]]");
      return USAGE;
    }
    int rounds = arguments.size() == 2 ? Integer.parseInt(arguments.get(1)) : ROUNDS;
    return new MemoryReport(System.out).print(rounds) == 0 ? 0 : 1;
  }

  private static boolean isCount(String text) {
    return text.matches("[1-9][0-9]?");
  }
}
