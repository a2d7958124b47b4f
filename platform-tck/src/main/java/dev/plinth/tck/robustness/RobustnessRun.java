package dev.plinth.tck.robustness;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.tck.history.Call;
import dev.plinth.tck.history.Checks;
import dev.plinth.tck.history.History;
import dev.plinth.tck.history.Load;
import dev.plinth.tck.history.Surroundings;
import dev.plinth.tck.history.WatchLog;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One store, one load, one fault after the other; then the checkers. The seed fixes what clients
 * ask, which faults there are, and how long they last.
 */
final class RobustnessRun {
  /** How soon after the end of a fault everybody has to be served again. */
  private static final Duration RECOVERY = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * What ends a run: all of it.
   *
   * @param length how long it lasts at least
   * @param operations how many calls there are at least
   * @param everyFault whether each of the faults happens at least once; half of them otherwise
   */
  record Goal(Duration length, int operations, boolean everyFault) {}

  /**
   * What came of a run.
   *
   * @param seed the same one gives the same requests and faults
   * @param servers what it ran on
   * @param length how long it took, without the checks
   * @param operations how many calls there were
   * @param changes how many revisions
   * @param outcomes how many calls ended how
   * @param faults how often there was which
   * @param slowestRecovery the longest from the end of a fault until all were served again
   * @param problems what is wrong; empty if nothing is
   */
  record Result(
      long seed,
      String servers,
      Duration length,
      int operations,
      long changes,
      SortedMap<String, Integer> outcomes,
      SortedMap<String, Integer> faults,
      Duration slowestRecovery,
      List<String> problems) {}

  private final long seed;
  private final Goal goal;
  private final Path folder;
  private final Random random;
  private final SortedMap<String, Integer> faults = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();
  private Duration slowest = Duration.ZERO;

  RobustnessRun(long seed, Goal goal, Path folder) {
    this.seed = seed;
    this.goal = goal;
    this.folder = folder;
    this.random = new Random(seed);
  }

  Result run(Opening opening) {
    int clients = 3 + Math.floorMod(seed, 6);
    long begun = System.nanoTime();
    try (DisturbedStore store = opening.open(seed, clients)) {
      Surroundings surroundings =
          new Surroundings(ClientFaults::hold, Duration.ofMillis(400), PATIENCE);
      Load load = Load.start(seed, store.clients(), store.observing(), surroundings);
      disturb(store, load, begun);
      History history = finish(store, load);
      Duration length = Duration.ofNanos(System.nanoTime() - begun);
      Checks.run(history, store.tolerance())
          .forEach(violation -> problems.add(violation.toString()));
      write(history);
      return new Result(
          seed,
          store.description(),
          length,
          history.calls().size(),
          history.observer().position().value(),
          outcomes(history),
          faults,
          slowest,
          List.copyOf(problems));
    }
  }

  private History finish(DisturbedStore store, Load load) {
    try {
      return load.finish(store.direct());
    } catch (AssertionError | StoreException unfinished) {
      writeThreads();
      problems.add("the load does not end: " + unfinished);
      return load.history();
    }
  }

  private void disturb(DisturbedStore store, Load load, long begun) {
    List<Fault> deck = new ArrayList<>(store.faults(load, random));
    Collections.shuffle(deck, random);
    int least = goal.everyFault() ? deck.size() : deck.size() / 2;
    int strikes = 0;
    while (problems.isEmpty()
        && (strikes < least
            || System.nanoTime() - begun < goal.length().toNanos()
            || load.history().calls().size() < goal.operations())) {
      Fault fault = deck.get(strikes++ % deck.size());
      long from = System.nanoTime();
      try {
        fault.course().run();
      } catch (AssertionError | StoreException | IllegalStateException failed) {
        writeThreads();
        problems.add(fault.name() + ": " + failed);
      }
      try {
        store.heal();
      } catch (AssertionError unhealthy) {
        problems.add("after '" + fault.name() + "': " + unhealthy.getMessage());
      }
      load.disturbedSince(from);
      faults.merge(fault.name(), 1, Integer::sum);
      awaitRecovery(store, load, fault);
      ClientFaults.hold(Duration.ofMillis(random.nextInt(100, 600)));
    }
  }

  private void awaitRecovery(DisturbedStore store, Load load, Fault fault) {
    long healed = System.nanoTime();
    long deadline = healed + RECOVERY.toNanos();
    Optional<Revision> reached = Optional.empty();
    Optional<String> missing = Optional.of("nothing was asked yet");
    while (missing.isPresent()) {
      if (System.nanoTime() - deadline > 0) {
        writeThreads();
        problems.add(
            "not recovered within " + RECOVERY + " after '" + fault.name() + "': " + missing.get());
        return;
      }
      try {
        reached = reached.or(() -> Optional.of(store.direct().keyValues().current()));
        missing = load.missingSince(healed, reached.orElseThrow());
      } catch (StoreException unavailable) {
        missing = Optional.of("the client that nothing cuts off: " + unavailable);
      }
      ClientFaults.hold(Duration.ofMillis(5));
    }
    Duration took = Duration.ofNanos(System.nanoTime() - healed);
    slowest = took.compareTo(slowest) > 0 ? took : slowest;
  }

  private static SortedMap<String, Integer> outcomes(History history) {
    SortedMap<String, Integer> outcomes = new TreeMap<>();
    for (Call call : history.calls()) {
      String outcome =
          call.answer() instanceof Call.Answer.Failed failed
              ? failed.error().getClass().getSimpleName().replace("Exception", "")
              : "Answered";
      outcomes.merge(outcome, 1, Integer::sum);
    }
    return outcomes;
  }

  /** Who waits for what is only known while they wait, and virtual threads are in no other dump. */
  private void writeThreads() {
    try {
      Files.createDirectories(folder);
      Path file = folder.resolve("seed-" + seed + "-threads-" + (problems.size() + 1) + ".txt");
      Files.deleteIfExists(file);
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(
              file.toAbsolutePath().toString(),
              HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  private void write(History history) {
    try {
      Files.createDirectories(folder);
      try (BufferedWriter writer =
          Files.newBufferedWriter(folder.resolve("seed-" + seed + ".txt"))) {
        for (String problem : problems) {
          writer.write("PROBLEM " + problem + "\n");
        }
        for (Call call : history.calls()) {
          writer.write(abridged(call.toString()));
        }
        for (WatchLog log : history.watches()) {
          writer.write(log.options() + " from " + log.first() + " end " + log.end() + "\n");
          for (WatchLog.Delivery delivery : log.deliveries()) {
            writer.write(abridged("  " + delivery));
          }
        }
      }
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  private static String abridged(String line) {
    return (line.length() > 4000 ? line.substring(0, 4000) + "..." : line) + "\n";
  }
}
