package dev.plinth.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Starts etcd as it is installed on this machine, with its defaults and an empty data folder. */
final class EtcdServer {
  private static final String HOME = "PLINTH_ETCD_HOME";
  private static final int DEPTH = 5;

  private final Path program;

  /** Takes the newest one below the folder that the environment names, or the one on the path. */
  EtcdServer() throws IOException {
    this.program = find();
  }

  /**
   * Starts a server.
   *
   * @param prefix of its command line, such as what ties it to a processor
   * @param options besides those that name its data and its addresses
   */
  ServerProcess start(List<String> prefix, String... options)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("plinth-bench-etcd");
    int port = ServerProcess.freePort();
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + ServerProcess.freePort();
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            program.toString(),
            "--data-dir=" + folder.resolve("data"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=default=" + peer));
    command.addAll(List.of(options));
    return ServerProcess.start(command, folder, port);
  }

  /** Returns the server's name and version. */
  String description() throws IOException, InterruptedException {
    Process process = new ProcessBuilder(program.toString(), "--version").start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      List<String> all = lines.lines().toList();
      process.waitFor();
      return all.isEmpty() ? "etcd" : all.getFirst().replace(" Version:", "");
    }
  }

  private static Path find() throws IOException {
    String home = System.getenv(HOME);
    if (home != null) {
      try (Stream<Path> files = Files.walk(Path.of(home), DEPTH)) {
        Optional<Path> found = files.filter(EtcdServer::isProgram).max(Comparator.naturalOrder());
        if (found.isPresent()) {
          return found.get();
        }
      }
    }
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    for (String entry : path.split(":", -1)) {
      Path candidate = Path.of(entry, "etcd");
      if (isProgram(candidate)) {
        return candidate;
      }
    }
    throw new IOException("no etcd: put it on the PATH, or name its folder in " + HOME);
  }

  private static boolean isProgram(Path file) {
    return file.endsWith("etcd") && Files.isRegularFile(file) && Files.isExecutable(file);
  }
}
