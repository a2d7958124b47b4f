package dev.plinth.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Ties processes to a processor each, with the program {@code taskset} of Linux. */
final class Processors {
  private static final int FOR_SERVERS = 0;
  private static final int FOR_TOOL = 1;

  private Processors() {}

  /** Returns what a server's command line begins with to have one processor. */
  static List<String> ofServer() {
    return List.of("taskset", "--cpu-list", Integer.toString(FOR_SERVERS));
  }

  /** Ties this process, with all its threads, to the other processor. */
  static void tieTool() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "taskset",
                "--all-tasks",
                "--pid",
                "--cpu-list",
                Integer.toString(FOR_TOOL),
                Long.toString(ProcessHandle.current().pid()))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(
          "taskset does not tie this process to processor " + FOR_TOOL + ": " + said);
    }
  }
}
