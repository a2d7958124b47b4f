package dev.plinth.service.gateway;

import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.tck.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Somebody at the command line: one command of etcdctl after the other, some of which go on in the
 * background. Writes down what a person sees, with everything masked that two servers may differ
 * in: numbers of clusters, members and terms, leases, addresses, times.
 *
 * <p>One thread at a time.
 */
final class EtcdctlSession implements AutoCloseable {
  private static final Await PATIENT = new Await(Duration.ofSeconds(60));
  private static final long PATIENCE_SECONDS = 120;
  private static final Pattern LEASE = Pattern.compile("lease ([0-9a-f]+) granted|\"ID\":(\\d+)");
  private static final Pattern REVISION = Pattern.compile("\"revision\":(\\d+)");

  private final EtcdInstallation installation;
  private final String endpoint;
  private final List<String> options;
  private final List<String> transcript = new ArrayList<>();
  private final Map<String, String> masks = new HashMap<>();
  private final Map<String, Background> background = new HashMap<>();
  private String last = "";

  /** A command that goes on until it is ended, and what it has printed so far. */
  private record Background(
      List<String> words, Process process, ByteArrayOutputStream printed, Thread reader) {
    String output() {
      return printed.toString(StandardCharsets.UTF_8);
    }
  }

  /**
   * Begins a session.
   *
   * @param installation whose etcdctl
   * @param endpoint of the server: host and port
   * @param options with which each command is run: "--write-out=json"
   */
  EtcdctlSession(EtcdInstallation installation, String endpoint, String... options) {
    this.installation = installation;
    this.endpoint = endpoint;
    this.options = List.of(options);
  }

  /** Returns what was seen, command by command. */
  List<String> transcript() {
    return List.copyOf(transcript);
  }

  /** Runs a command, to its end. */
  void run(String... words) {
    runWith("", words);
  }

  /** Runs a command that reads something, to its end. */
  void runWith(String input, String... words) {
    Result result = carryOut(input, words);
    last = result.output();
    note(words, mask(result.output()) + "[" + result.status() + "]");
  }

  /**
   * Runs a command whose numbers and sizes differ between servers, to its end; only the words
   * around them are written down.
   */
  void runForWords(String... words) {
    Result result = carryOut("", words);
    note(
        words,
        mask(result.output())
                .replaceAll("\\b[0-9a-f]{12,16}\\b", "ID")
                .replaceAll("\"(version|storageVersion)\":\"[^\"]*\"", "\"$1\":VERSION")
                .replaceAll("\\d+\\.\\d+\\.\\d+\\b", "VERSION")
                .replaceAll("[\\d.]+ [kM]?B\\b", "SIZE")
                .replaceAll("\\d+", "N")
            + "["
            + result.status()
            + "]");
  }

  /** Runs a command of which only the success is written down. */
  void runForSuccess(String... words) {
    Result result = carryOut("", words);
    last = result.output();
    note(words, "[" + result.status() + "]");
  }

  /** Runs a command that grants a lease, to its end, and returns that as commands take it. */
  String runForLease(String... words) {
    Result result = carryOut("", words);
    last = result.output();
    String lease = lease();
    note(words, mask(result.output()) + "[" + result.status() + "]");
    return lease;
  }

  /** Runs a command of which nothing is written down, to its end. */
  void runUnseen(String... words) {
    Result _ = carryOut("", words);
  }

  private record Result(int status, String output) {}

  private Result carryOut(String input, String... words) {
    Background begun = begin(List.of(words));
    try {
      try (OutputStream stdin = begun.process().getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException closed) {
        // It ended without reading everything.
      }
      if (!begun.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("does not end: " + begun.words() + "\n" + begun.output());
      }
      begun.reader().join();
      return new Result(begun.process().exitValue(), begun.output());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    } finally {
      begun.process().destroyForcibly();
    }
  }

  private Background begin(List<String> words) {
    List<String> all = new ArrayList<>();
    all.add(installation.etcdctl().toString());
    all.add("--endpoints=" + endpoint);
    all.add("--dial-timeout=30s");
    all.add("--command-timeout=60s");
    all.addAll(options);
    all.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
    builder.environment().put("ETCDCTL_API", "3");
    try {
      Process process = builder.start();
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      Thread reader =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  process.getInputStream().transferTo(printed);
                } catch (IOException closed) {
                  // The process was ended.
                }
              });
      return new Background(List.copyOf(words), process, printed, reader);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Begins a command that goes on. */
  void begin(String name, String... words) {
    background.put(name, begin(List.of(words)));
  }

  /** Types a line for a command that goes on. */
  void type(String name, String line) {
    try {
      OutputStream stdin = find(name).process().getOutputStream();
      stdin.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      stdin.flush();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Waits until a command has printed something so often. */
  void await(String name, String text, int times) {
    Background begun = find(name);
    PATIENT.until(
        begun.words() + " prints " + text + " " + times + " times",
        () -> {
          if (begun.output().split(Pattern.quote(text), -1).length > times) {
            return true;
          }
          if (!begun.process().isAlive()) {
            throw new AssertionError(begun.words() + " ended: " + begun.output());
          }
          return false;
        });
  }

  /** Waits until a command that goes on has ended by itself, and writes down what it printed. */
  void awaitEnd(String name) {
    Background begun = find(name);
    PATIENT.until(begun.words() + " ends", () -> !begun.process().isAlive());
    finish(name);
  }

  /** Ends a command as Ctrl-C does, and writes down what it printed. */
  void end(String name) {
    // Through the handle, so that its input stays open and it does not end of that.
    if (!find(name).process().toHandle().destroy()) {
      throw new AssertionError("it ended by itself: " + find(name).output());
    }
    finish(name);
  }

  /** Ends a command as power failure does. */
  void kill(String name) {
    find(name).process().destroyForcibly();
    finish(name);
  }

  private void finish(String name) {
    Background ended = find(name);
    try {
      if (!ended.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("does not end: " + ended.words());
      }
      ended.reader().join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
    background.remove(name);
    // Sometimes it still says that it gives up what it was about to do.
    String printed = ended.output().replaceAll(".*context canceled.*\n", "");
    note(ended.words().toArray(String[]::new), mask(printed));
  }

  private Background find(String name) {
    Background found = background.get(name);
    if (found == null) {
      throw new AssertionError("nothing goes on as " + name);
    }
    return found;
  }

  /** Returns how a key or value is printed: in base 64 where that is how JSON has it. */
  String printed(String text) {
    return options.contains("--write-out=json")
        ? Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))
        : text;
  }

  /** Returns the lease that the last command granted, as commands take it. */
  String lease() {
    Matcher matcher = LEASE.matcher(last);
    if (!matcher.find()) {
      throw new AssertionError("no lease in " + last);
    }
    boolean hexadecimal = matcher.group(1) != null;
    long id =
        hexadecimal
            ? Long.parseUnsignedLong(matcher.group(1), 16)
            : Long.parseLong(matcher.group(2));
    String name = "LEASE" + (masks.size() / 2 + 1);
    masks.put(Long.toHexString(id), name);
    masks.put(Long.toString(id), name);
    return Long.toHexString(id);
  }

  /** Returns the revision, which is not written down. */
  long revision() {
    Result result = carryOut("", "get", "no-such-key", "--write-out=json");
    Matcher matcher = REVISION.matcher(result.output());
    if (!matcher.find()) {
      throw new AssertionError("no revision in " + result.output());
    }
    return Long.parseLong(matcher.group(1));
  }

  /** Waits until there are so many keys, which is not written down. */
  void awaitCount(String prefix, int count) {
    PATIENT.until(
        count + " keys behind " + prefix,
        () ->
            carryOut("", "get", prefix, "--prefix", "--count-only", "--write-out=fields")
                .output()
                .contains("\"Count\" : " + count));
  }

  private void note(String[] words, String seen) {
    transcript.add("$ etcdctl " + mask(String.join(" ", words)) + "\n" + seen);
  }

  private String mask(String text) {
    String masked = text;
    for (Map.Entry<String, String> mask : masks.entrySet()) {
      masked = masked.replaceAll("\\b0*" + mask.getKey() + "\\b", mask.getValue());
    }
    return masked
        .replace(endpoint, "ENDPOINT")
        .replaceAll("\"(cluster_id|member_id|raft_term)\":\\d+", "\"$1\":N")
        .replaceAll("\"(ClusterID|MemberID|RaftTerm)\" : \\d+", "\"$1\" : N")
        .replaceAll("\"(ts|target|took)\":\"[^\"]*\"", "\"$1\":X")
        .replaceAll("remaining\\(\\d+s\\)", "remaining(Ns)")
        .replaceAll(
            "(\"granted-ttl\":\\d+),\"ttl\":\\d+|\"ttl\":\\d+,(\"granted-ttl\":\\d+)", "$1$2")
        .replaceAll("took[ =:]+[\\d.]+[µm]?s", "took T")
        // Candidates of locks and elections are named after their leases.
        .replaceAll("/[0-9a-f]{10,16}\\b", "/LEASE")
        .replaceAll("\"key\":\"(bG9ja2lu|ZWxlY3Rp)[^\"]*\"", "\"key\":\"$1\"")
        .replaceAll("\"lease\":\\d{10,}", "\"lease\":LEASE");
  }

  @Override
  public void close() {
    background.values().forEach(begun -> begun.process().destroyForcibly());
  }
}
