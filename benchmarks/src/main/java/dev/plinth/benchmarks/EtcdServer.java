package dev.plinth.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server of our own for the time of a measurement, with its defaults and an empty data folder.
 */
final class EtcdServer implements AutoCloseable {
  private static final String HOME = "PLINTH_ETCD_HOME";
  private static final int DEPTH = 5;
  private static final long PATIENCE_SECONDS = 20;

  private final Process process;
  private final Path folder;
  private final int port;
  private final String description;

  private EtcdServer(Process process, Path folder, int port, String description) {
    this.process = process;
    this.folder = folder;
    this.port = port;
    this.description = description;
  }

  static EtcdServer start() throws IOException, InterruptedException {
    Path program = find();
    Path folder = Files.createTempDirectory("plinth-bench-etcd");
    int port = freePort();
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + freePort();
    Process process =
        new ProcessBuilder(
                program.toString(),
                "--data-dir=" + folder.resolve("data"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=default=" + peer)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    EtcdServer server = new EtcdServer(process, folder, port, version(program));
    try {
      server.awaitListening();
    } catch (IOException | InterruptedException | RuntimeException failed) {
      server.close();
      throw failed;
    }
    return server;
  }

  String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  /** The server's name and version. */
  String description() {
    return description;
  }

  /** Takes the newest one below the folder that the environment names, or the one on the path. */
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
    throw new IOException(
        "no etcd: put it on the PATH, name its folder in " + HOME + ", or pass --endpoints");
  }

  private static boolean isProgram(Path file) {
    return file.endsWith("etcd") && Files.isRegularFile(file) && Files.isExecutable(file);
  }

  private static String version(Path program) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(program.toString(), "--version").start();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      List<String> all = lines.lines().toList();
      process.waitFor();
      return all.isEmpty() ? "etcd" : all.getFirst().replace(" Version:", "");
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitListening() throws IOException, InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!isListening()) {
      if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() - until > 0) {
        throw new IOException(
            "etcd does not listen on port "
                + port
                + ":\n"
                + Files.readString(folder.resolve("log")));
      }
    }
  }

  private boolean isListening() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
