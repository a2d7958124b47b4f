package dev.plinth.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * Stops a process where it is, as a virtual machine is stopped, and lets it go on. Its connections
 * stay open.
 *
 * @since 0.1
 */
public final class ProcessPause {
  private static final Await STOPPING = new Await(Duration.ofSeconds(30));

  private ProcessPause() {}

  /**
   * Stops a process; returns when it stands still, where the system tells that (Linux).
   *
   * @param process may have ended
   */
  public static void begin(Process process) {
    signal("-STOP", process);
    STOPPING.until("process " + process.pid() + " stands still", () -> standsStill(process));
  }

  /**
   * Lets a process go on.
   *
   * @param process may have ended
   */
  public static void end(Process process) {
    signal("-CONT", process);
  }

  private static void signal(String signal, Process process) {
    if (!process.isAlive()) {
      return;
    }
    try {
      int status =
          new ProcessBuilder("kill", signal, "" + process.pid()).inheritIO().start().waitFor();
      if (status != 0 && process.isAlive()) {
        throw new AssertionError("kill " + signal + " says " + status);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  /** Each thread stops when it is its turn to run, which takes a while on a busy machine. */
  private static boolean standsStill(Process process) {
    Path threads = Path.of("/proc", "" + process.pid(), "task");
    if (!process.isAlive() || !Files.isDirectory(threads)) {
      return true;
    }
    try (Stream<Path> all = Files.list(threads)) {
      return all.allMatch(ProcessPause::isStopped);
    } catch (IOException | UncheckedIOException changing) {
      return false;
    }
  }

  private static boolean isStopped(Path thread) {
    try {
      // Its name is in brackets and may hold anything; behind them is its state.
      String line = Files.readString(thread.resolve("stat"));
      return line.startsWith("T", line.lastIndexOf(')') + 2);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }
}
