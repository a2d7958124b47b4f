package dev.plinth.storage.etcd.testing;

import dev.plinth.tck.ProcessPause;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One etcd process with a folder and ports of its own, which it keeps when it is started again.
 *
 * <p>One thread at a time.
 */
public final class EtcdServer {
  /** The first version that can be told not to wait for the disk. */
  static final String NEED_NOT_SYNC = "3.5.0";

  private static final int LINES_SHOWN = 40;

  private final EtcdOptions options;
  private final String name;
  private final Path folder;
  private final int clientPort;
  private final int peerPort;
  private @Nullable Process process;

  EtcdServer(EtcdOptions options, String name, Path folder, int clientPort, int peerPort) {
    this.options = options;
    this.name = name;
    this.folder = folder;
    this.clientPort = clientPort;
    this.peerPort = peerPort;
  }

  /**
   * Returns the name of the member.
   *
   * @return "m1"
   */
  public String name() {
    return name;
  }

  /**
   * Returns where it takes clients' connections.
   *
   * @return a port of 127.0.0.1
   */
  public int port() {
    return clientPort;
  }

  /**
   * Returns where it takes clients' connections.
   *
   * @return "127.0.0.1:2379"
   */
  public String endpoint() {
    return "127.0.0.1:" + clientPort;
  }

  /**
   * Returns where it takes clients' connections.
   *
   * @return with the scheme: "http://127.0.0.1:2379"
   */
  public String url() {
    return (options.certificates().isPresent() ? "https://" : "http://") + endpoint();
  }

  String peerUrl() {
    return "http://127.0.0.1:" + peerPort;
  }

  /**
   * Says whether the process runs, stopped by a signal or not.
   *
   * @return whether it has not ended
   */
  public boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** Starts the process; it returns before the server is ready. */
  void start(List<String> membership) {
    List<String> words = new ArrayList<>();
    words.add(options.installation().etcd().toString());
    words.add("--name=" + name);
    words.add("--data-dir=" + folder.resolve("data"));
    words.add("--listen-client-urls=" + url());
    words.add("--advertise-client-urls=" + url());
    words.add("--listen-peer-urls=" + peerUrl());
    words.add("--initial-advertise-peer-urls=" + peerUrl());
    words.add("--logger=zap");
    words.add("--log-level=warn");
    if (options.installation().isAtLeast(NEED_NOT_SYNC)) {
      words.add("--unsafe-no-fsync");
    }
    words.addAll(membership);
    options
        .certificates()
        .ifPresent(certificates -> {
          words.add("--cert-file=" + certificates.server());
          words.add("--key-file=" + certificates.serverKey());
          if (options.flags().contains("--client-cert-auth")) {
            // Given without need, it would make every client show a certificate.
            words.add("--trusted-ca-file=" + certificates.authority());
          }
        });
    words.addAll(options.flags());
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log()));
    builder.environment().keySet().removeIf(key -> key.startsWith("ETCD_"));
    try {
      Files.createDirectories(folder);
      process = builder.start();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Says whether it accepts connections; fails if the process has ended. */
  boolean isListening() {
    if (!isAlive()) {
      throw new EtcdEndedException("etcd " + name + " has ended; its log:\n" + logged());
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPort), 500);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Kills the process, as a failing machine does, and waits until it is gone. */
  public void kill() {
    Process running = process;
    if (running != null) {
      try {
        running.destroyForcibly().waitFor();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Asks the process to end, as an operator does, and waits until it has, or kills it. */
  public void stop() {
    Process running = process;
    if (running != null) {
      running.destroy();
      try {
        if (!running.waitFor(10, TimeUnit.SECONDS)) {
          kill();
        }
      } catch (InterruptedException interrupted) {
        kill();
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Stops the process where it is, as a stopped virtual machine; connections stay open. */
  public void pause() {
    Process running = process;
    if (running != null) {
      ProcessPause.begin(running);
    }
  }

  /** Lets a paused process go on. */
  public void resume() {
    Process running = process;
    if (running != null) {
      ProcessPause.end(running);
    }
  }

  /** Removes what the member has written down; the process must have ended. */
  public void wipe() {
    delete(folder.resolve("data"));
  }

  /** Replaces what the member has written down by a snapshot; the process must have ended. */
  void restore(Path snapshot, List<String> membership) {
    wipe();
    List<String> words = new ArrayList<>();
    words.add(options.installation().etcdctl().toString());
    words.addAll(List.of("snapshot", "restore", snapshot.toString()));
    words.add("--name=" + name);
    words.add("--data-dir=" + folder.resolve("data"));
    words.add("--initial-advertise-peer-urls=" + peerUrl());
    words.addAll(membership);
    String unused = new Command(words, Map.of("ETCDCTL_API", "3")).run();
  }

  /**
   * Returns the last lines that the process logged.
   *
   * @return several lines
   */
  public String logged() {
    try {
      List<String> lines = Files.readAllLines(log().toPath());
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size()));
    } catch (IOException unreadable) {
      return "(unreadable: " + unreadable + ")";
    }
  }

  private File log() {
    return folder.resolve("etcd.log").toFile();
  }

  static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
