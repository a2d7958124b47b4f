package dev.plinth.storage.hazelcast;

import dev.plinth.tck.ProcessPause;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A member in a process of its own, which can be frozen and killed as the system does it; {@link
 * MemberProgram} runs there.
 *
 * <p>Thread-safe.
 */
final class ForkedMember implements AutoCloseable {
  /** A machine that is busy takes long to start a process. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final String DIED = "no Died";

  /**
   * One watch from its opening to its end.
   *
   * @param startedAt the revision after which it shows everything
   * @param changes what it showed, in that order
   * @param end how it ended, or nothing
   */
  record Watched(long startedAt, List<Seen> changes, Optional<String> end) {}

  /** What a watch showed: one write of the tests is one revision. */
  record Seen(long revision, String key, String value) {}

  private final Process process;
  private final BufferedWriter requests;
  private final CompletableFuture<String> ready = new CompletableFuture<>();
  private final Map<Long, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong number = new AtomicLong();
  private final List<Watched> watched = new ArrayList<>();
  private volatile String refusal = "nothing was refused";

  private ForkedMember(Process process) {
    this.process = process;
    this.requests = process.outputWriter(StandardCharsets.UTF_8);
  }

  /**
   * Starts one; returns before it is ready.
   *
   * @param before words before the command of the process
   * @param settings of the store
   */
  static ForkedMember start(List<String> before, Map<String, String> settings) {
    List<String> words = new ArrayList<>(before);
    words.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            MemberProgram.class.getName()));
    settings.forEach((key, value) -> words.add(key + "=" + value));
    Path target = Path.of(System.getProperty("basedir", "."), "target");
    try {
      Files.createDirectories(target);
      Process process =
          new ProcessBuilder(words)
              .redirectError(
                  ProcessBuilder.Redirect.appendTo(target.resolve("forked-members.txt").toFile()))
              .start();
      ForkedMember member = new ForkedMember(process);
      Thread unused = Thread.ofVirtual().start(member::listen);
      return member;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      while (line != null) {
        take(line);
        line = lines.readLine();
      }
    } catch (IOException died) {
      // As when there is nothing more to read.
    }
    boolean unused = ready.complete(DIED);
    waiting.values().forEach(each -> each.complete(DIED));
  }

  private void take(String line) {
    List<String> words = List.of(line.split(" ", -1));
    switch (words.getFirst()) {
      case "ready" -> ready.complete("ok ");
      case "opened", "changed", "ended" -> note(words);
      default -> {
        CompletableFuture<String> asked = waiting.remove(Long.valueOf(words.getFirst()));
        if (asked != null) {
          boolean unused = asked.complete(line.substring(line.indexOf(' ') + 1));
        }
      }
    }
  }

  private void note(List<String> words) {
    synchronized (watched) {
      if (words.getFirst().equals("opened")) {
        watched.add(new Watched(Long.parseLong(words.get(1)), new ArrayList<>(), Optional.empty()));
        return;
      }
      Watched last = watched.getLast();
      if (words.getFirst().equals("changed")) {
        last.changes().add(new Seen(Long.parseLong(words.get(1)), words.get(2), words.get(3)));
      } else {
        watched.set(
            watched.size() - 1,
            new Watched(last.startedAt(), last.changes(), Optional.of(words.get(1))));
      }
    }
  }

  /** All watches that there were, one after the other. */
  List<Watched> watched() {
    synchronized (watched) {
      return watched.stream()
          .map(each -> new Watched(each.startedAt(), List.copyOf(each.changes()), each.end()))
          .toList();
    }
  }

  /** The last revision that the watch has shown, or was opened at. */
  long shown() {
    synchronized (watched) {
      if (watched.isEmpty()) {
        return 0;
      }
      Watched last = watched.getLast();
      return last.changes().isEmpty() ? last.startedAt() : last.changes().getLast().revision();
    }
  }

  /** Waits until it is a member of the cluster. */
  void awaitReady() {
    if (!result(ready).startsWith("ok")) {
      throw new AssertionError("a member did not start; see target/forked-members.txt");
    }
  }

  /**
   * Asks for something, and waits for the answer, however long the process is frozen.
   *
   * @return what it answered; nothing if it refused or died
   */
  Optional<String> ask(String request) {
    String answer = answer(request);
    if (answer.startsWith("ok ")) {
      return Optional.of(answer.substring(3));
    }
    refusal = answer;
    return Optional.empty();
  }

  /** Why it refused what it refused last. */
  String refusal() {
    return refusal;
  }

  /** Writes what its threads wait for into a file, which is overwritten, below target. */
  Path dumpThreads() {
    Path file =
        Path.of(System.getProperty("basedir", "."), "target", "forked-" + process.pid() + ".txt");
    try {
      int unused =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(process.pid()),
                  "Thread.dump_to_file",
                  "-overwrite",
                  file.toAbsolutePath().toString())
              .start()
              .waitFor();
      return file;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  private String answer(String request) {
    long id = number.incrementAndGet();
    CompletableFuture<String> asked = new CompletableFuture<>();
    waiting.put(id, asked);
    try {
      synchronized (requests) {
        requests.write(id + " " + request + "\n");
        requests.flush();
      }
    } catch (IOException died) {
      boolean unused = asked.complete(DIED);
    }
    if (!process.isAlive()) {
      boolean unused = asked.complete(DIED);
    }
    return result(asked);
  }

  private static String result(CompletableFuture<String> future) {
    try {
      return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException late) {
      throw new AssertionError("a member did not answer within " + PATIENCE, late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }

  /** Whether this member takes itself for the owner of the data. */
  boolean owns() {
    return ask("owns").equals(Optional.of("true"));
  }

  /** Stops it in the middle of whatever it does; nobody is told. */
  void freeze() {
    ProcessPause.begin(process);
  }

  /** Lets it go on where it stopped. */
  void thaw() {
    ProcessPause.end(process);
  }

  /** Kills it with SIGKILL, frozen or not; returns when it is dead. */
  void kill() {
    close();
  }

  @Override
  public void close() {
    Process dead = process.destroyForcibly();
    try {
      if (!dead.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("a process outlived SIGKILL");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
