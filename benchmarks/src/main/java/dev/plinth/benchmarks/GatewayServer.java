package dev.plinth.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts the launcher with nothing but the gateway, on the memory store. */
final class GatewayServer {
  /** Names the launcher; {@code ./plinth bench} sets it. */
  private static final String LAUNCHER = "plinth.launcher";

  private GatewayServer() {}

  static ServerProcess start(List<String> prefix) throws IOException, InterruptedException {
    String launcher = System.getProperty(LAUNCHER);
    if (launcher == null) {
      throw new IOException("the property " + LAUNCHER + " does not name the launcher");
    }
    Path folder = Files.createTempDirectory("plinth-bench-gateway");
    int port = ServerProcess.freePort();
    Path config = folder.resolve("plinth.yaml");
    Files.writeString(
        config,
        """
        store: {backend: memory}
        services: [gateway]
        admin: {port: 0, token-file: %s}
        gateway: {port: %d}
        """
            .formatted(folder.resolve("token"), port));
    List<String> command = new ArrayList<>(prefix);
    // Nothing is trained in the background while something is measured.
    command.addAll(
        List.of("env", "PLINTH_AOT=off", launcher, "start", "--config", config.toString()));
    return ServerProcess.start(command, folder, port);
  }

  /** Returns how many bytes are alive on its heap, after a collection. */
  static long liveBytes(ServerProcess server) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(server.pid()),
                "GC.class_histogram")
            .start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      // "Total   instances   bytes" is its last line.
      List<String> total = lines.lines().filter(line -> line.startsWith("Total")).toList();
      if (process.waitFor() != 0 || total.isEmpty()) {
        throw new IOException("jcmd does not show the heap of process " + server.pid());
      }
      return Long.parseLong(total.getFirst().trim().split("\\s+")[2]);
    }
  }
}
