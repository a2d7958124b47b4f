package dev.plinth.storage.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.storage.etcd.testing.Etcdctl;
import dev.plinth.tck.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A command of etcdctl that goes on until it is ended, and the lines that it has printed so far.
 *
 * <p>Thread-safe.
 */
final class EtcdctlSession implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final Thread reader;

  private EtcdctlSession(Process process) {
    this.process = process;
    this.reader = Thread.ofVirtual().start(this::read);
  }

  static EtcdctlSession start(Etcdctl etcdctl, String... words) {
    try {
      return new EtcdctlSession(etcdctl.prepare(words).redirectErrorStream(true).start());
    } catch (IOException notStarted) {
      throw new UncheckedIOException(notStarted);
    }
  }

  private void read() {
    try (BufferedReader output = process.inputReader(UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
      }
    } catch (IOException closed) {
      // the program was killed; what it printed before is there
    }
  }

  String output() {
    return String.join("\n", lines);
  }

  List<String> lines() {
    return List.copyOf(lines);
  }

  void awaitLine(String what, Predicate<String> line) {
    new Await(PATIENCE).until(what + " among " + lines, () -> lines.stream().anyMatch(line));
  }

  boolean isRunning() {
    return process.isAlive();
  }

  int awaitEnd() {
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as("%s still runs, printed %s", process.info().commandLine(), lines)
          .isTrue();
      assertThat(reader.join(PATIENCE)).as("the output ended").isTrue();
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", interrupted);
    }
  }

  /** Asks the program to end, as Ctrl-C does or nearly so; it tidies up. */
  void end() {
    process.destroy();
    int unused = awaitEnd();
  }

  /** Ends the program without a chance to tidy up. */
  void kill() {
    process.destroyForcibly();
    int unused = awaitEnd();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
