package dev.plinth.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Packaged launchers that are members of one cluster. */
final class LauncherHazelcastIT {
  private static final long PATIENCE_SECONDS = 120;
  private static final int SERVICES = 4;
  private static final List<Integer> OFFSETS = List.of(0, 10, 20);

  @TempDir private Path folder;
  private final List<Process> started = new ArrayList<>();
  private int base;

  @AfterEach
  void stop() throws InterruptedException {
    for (Process each : started) {
      each.destroyForcibly();
      boolean _ = each.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  @Test
  void threeLaunchersServeOnWhenOneIsKilledAndWaitWhenTwoAre() throws Exception {
    base = freeBase();
    String file = file();
    for (int offset : OFFSETS) {
      started.add(
          process("start-" + offset, "start", file, "--port-offset", Integer.toString(offset)));
    }
    for (int offset : OFFSETS) {
      awaitReady(offset, 200);
    }
    for (int offset : OFFSETS) {
      assertThat(command("store", "put", "/it/" + offset, "v" + offset, file, at(offset)))
          .startsWith("0 revision");
    }
    // All serve as soon as two hold the data; the third copy may come later.
    awaitMetrics(20, "plinth_store_members 3\\.0\n", "plinth_store_backups_live 2\\.0\n");
    assertThat(command("store", "status", file, at(20)))
        .contains("hazelcast", "leader", "[127.0.0.1]:" + (base + 9), "[127.0.0.1]:" + (base + 29))
        .containsPattern("version +5\\.7\\.")
        .containsPattern("backups live +2");
    assertThat(command("store", "status", "--json", file, at(20)))
        .contains("\"measurements\"", "\"state_budget_bytes\"");
    awaitMetrics(
        20,
        "plinth_store_backups_configured 2\\.0\n",
        "plinth_store_index [1-9]",
        "plinth_store_state_bytes [1-9]");

    kill(0);
    for (int offset : OFFSETS.subList(1, OFFSETS.size())) {
      awaitReady(offset, 200);
      assertThat(command("store", "get", "/it/0", file, at(offset))).isEqualTo("0 v0");
    }
    assertThat(command("store", "put", "/it/0", "later", file, at(10))).startsWith("0 revision");

    kill(1);
    awaitReady(20, 503);
    assertThat(command("store", "get", "/it/0", file, at(20)))
        .startsWith("4 plinth: The store cannot be reached");
    awaitMetrics(20, "plinth_store_members 1\\.0\n", "plinth_store_alarms 1\\.0\n");

    started.set(0, process("again", "start", file, at(0)));
    awaitReady(20, 200);
    awaitReady(0, 200);
    assertThat(command("store", "get", "/it/0", file, at(0))).isEqualTo("0 later");
    awaitMetrics(20, "plinth_store_last_migration_timestamp_seconds [1-9]");
    assertThat(errors("start-20")).doesNotContain("Java arguments", "start Java with");
  }

  @Test
  void aCommandIsNotMadeAMember() throws Exception {
    base = freeBase();
    assertThat(command("store", "get", "/it", "--direct", file()))
        .startsWith("2 ")
        .contains("would make this command a member of it; leave out --direct");
  }

  private void kill(int index) throws InterruptedException {
    Process launcher = started.get(index).destroyForcibly();
    assertThat(launcher.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private static String at(int offset) {
    return "--port-offset=" + offset;
  }

  /** Ports beside each other, so that an offset moves all of them to others. */
  private String file() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("members.yaml"),
            """
            store:
              backend: hazelcast
              hazelcast: {cluster-name: %s, port: %d, port-count: 1, request-timeout: 10s}
            admin: {port: %d}
            centro: {grpc-port: %d, http-port: %d}
            ztap: {http-port: %d, session-ttl: 6s, heartbeat-interval: 2s, election-timeout: 6s}
            labmgr: {http-port: %d}
            registry: {http-port: %d}
            """
                .formatted(
                    UUID.randomUUID(),
                    base + 9,
                    base + 5,
                    base + 6,
                    base,
                    base + 1,
                    base + 2,
                    base + 3),
            UTF_8);
    return "--config=" + file;
  }

  private void awaitReady(int offset, int expected) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    for (int service = 0; service < SERVICES; service++) {
      URI uri = URI.create("http://127.0.0.1:" + (base + offset + service) + "/readyz");
      String answer = answer(uri);
      while (!answer.startsWith(expected + " ")) {
        assertThat(System.nanoTime()).as("%s: %s", uri, answer).isLessThan(deadline);
        boolean _ = new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
        answer = answer(uri);
      }
    }
  }

  /** Each member measures what it has heard of, which may be a moment after it serves. */
  private void awaitMetrics(int offset, String... patterns) throws InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + (base + offset) + "/metrics");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    String answer = answer(uri);
    while (!containsAll(answer, patterns)) {
      assertThat(System.nanoTime()).as("%s of %s", List.of(patterns), answer).isLessThan(deadline);
      boolean _ = new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
      answer = answer(uri);
    }
  }

  private static boolean containsAll(String answer, String... patterns) {
    return Arrays.stream(patterns).allMatch(each -> Pattern.compile(each).matcher(answer).find());
  }

  private static String answer(URI uri) throws InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() + " " + answer.body();
    } catch (ConnectException notYet) {
      return "nobody listens";
    } catch (IOException cut) {
      return "cut off: " + cut.getMessage();
    }
  }

  private Process process(String name, String... arguments) throws IOException {
    return PackagedLauncher.command(folder, List.of(arguments))
        .redirectOutput(folder.resolve(name + ".out").toFile())
        .redirectError(folder.resolve(name + ".err").toFile())
        .start();
  }

  private String errors(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".err"), UTF_8);
  }

  /** Runs a command to its end: exit code, a blank, and all that it printed. */
  private String command(String... arguments) throws IOException, InterruptedException {
    Process process = process("command", arguments);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    String out = Files.readString(folder.resolve("command.out"), UTF_8);
    return process.exitValue() + " " + (out + errors("command")).strip();
  }

  /**
   * The first of thirty ports that are free, as are those at which members look for others: a
   * server of another kind there could keep them from finding each other. They are below all that
   * other tests choose and the system gives away, so that nobody takes one later.
   */
  private static int freeBase() throws IOException {
    for (int attempt = 0; attempt < 50; attempt++) {
      int first = ThreadLocalRandom.current().nextInt(2000, 2900);
      if (areFree(first)) {
        return first;
      }
    }
    throw new IOException("no thirty ports beside each other are free");
  }

  private static boolean areFree(int first) {
    // Each looks from the port without an offset on, in these steps, up to nine of them.
    IntStream looked =
        IntStream.of(10, 100, 1000)
            .flatMap(step -> IntStream.rangeClosed(1, 9).map(factor -> first + 9 + factor * step));
    return IntStream.concat(IntStream.range(first, first + 30), looked)
        .allMatch(LauncherHazelcastIT::isFree);
  }

  private static boolean isFree(int port) {
    try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException inUse) {
      return false;
    }
  }
}
