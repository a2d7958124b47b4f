package dev.plinth.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.time.Pause;
import dev.plinth.service.ztap.cluster.ClusterTiming;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Three launcher processes on one shared store: the leader's is killed, the next leader's is told
 * to stop. What they write lies below a prefix of its own and is removed at the end.
 *
 * <p>One thread at a time.
 */
final class ProcessDemo implements AutoCloseable {
  private static final ClusterTiming TIMING = ClusterTiming.LOW_LATENCY;
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration FAIL_OVER = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofMillis(10);
  private static final String DIAL_TIMEOUT = "dial-timeout";
  private static final long STOP_SECONDS = 30;
  private static final List<String> NODES = List.of("node1", "node2", "node3");
  private static final String FAIL_OVERS = "ztap_cluster_failover_duration_seconds_sum";

  /** A leader as it says so in the store. */
  private record LeaderSeen(String id, String address, long term) {}

  private final Path script;
  private final Settings settings;
  private final String backend;
  private final Store store;
  private final Consumer<String> out;
  private final Path folder;
  private final String prefix;
  private final Map<String, Process> processes = new LinkedHashMap<>();

  /**
   * A demonstration that has not begun.
   *
   * @param script what starts a launcher
   * @param settings the configuration, of which the section of the store counts
   * @param backend which store, which several processes share
   * @param store the same, open; outlives this
   */
  ProcessDemo(Path script, Settings settings, String backend, Store store, Consumer<String> out) {
    this.script = script;
    this.settings = settings;
    this.backend = backend;
    this.store = store;
    this.out = out;
    this.prefix =
        settings.section("ztap").string("key-prefix", "/ztap")
            + "/demo-"
            + HexFormat.of().toHexDigits(store.runtime().random().nextInt());
    try {
      this.folder = Files.createTempDirectory("plinth-demo-");
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  /** Runs it; returns whether leadership moved within the bounds. */
  boolean run() throws InterruptedException {
    out.accept(
        "Three processes on the store %s. Session %s, heartbeat %s, so a crash costs at most %s."
            .formatted(
                backend,
                seconds(TIMING.sessionTtl()),
                seconds(TIMING.heartbeatInterval()),
                seconds(TIMING.worstCaseFailover())));
    for (String node : NODES) {
      processes.put(node, start(node));
    }
    await("three nodes", START, () -> keys("/nodes/") == NODES.size());
    LeaderSeen first = awaitLeader(0);
    processes.forEach((node, process) ->
        out.accept(
            "  %s runs as process %d%s"
                .formatted(node, process.pid(), node.equals(first.id()) ? " and leads" : "")));

    out.accept("");
    out.accept("Now process " + process(first).pid() + " of " + first.id() + " is killed.");
    long killed = store.runtime().nanoTime();
    int status = process(first).destroyForcibly().waitFor();
    LeaderSeen second = awaitLeader(first.term());
    Duration crash = since(killed);
    out.accept(
        "%s leads %s after the crash; at most %s was promised. The killed process ended with %d."
            .formatted(second.id(), seconds(crash), seconds(TIMING.worstCaseFailover()), status));
    out.accept("  without a leader in the store: %s".formatted(vacancy(second)));

    out.accept("");
    out.accept("Now process " + process(second).pid() + " of " + second.id() + " is told to stop.");
    long told = store.runtime().nanoTime();
    process(second).destroy();
    LeaderSeen third = awaitLeader(second.term());
    Duration stop = since(told);
    boolean ended = process(second).waitFor(STOP_SECONDS, TimeUnit.SECONDS);
    out.accept(
        "%s leads %s after that, the stop of the process in it. The stopped process %s."
            .formatted(
                third.id(),
                seconds(stop),
                ended ? "ended with " + process(second).exitValue() : "did not end"));
    out.accept("  without a leader in the store: %s".formatted(vacancy(third)));
    return ended && crash.compareTo(TIMING.worstCaseFailover()) <= 0;
  }

  private Process process(LeaderSeen leader) {
    return Optional.ofNullable(processes.get(leader.id())).orElseThrow();
  }

  private Process start(String node) {
    ObjectNode configuration = Json.object();
    configuration.putArray("services").add("ztap");
    configuration.putObject("log").put("level", "error");
    configuration
        .putObject("admin")
        .put("port", 0)
        .put("token-file", folder.resolve(node + ".token").toString());
    ObjectNode section = section(settings.section("store").written());
    section.put("backend", backend);
    ObjectNode own =
        section.path(backend) instanceof ObjectNode written ? written : section.putObject(backend);
    if (!own.has(DIAL_TIMEOUT)) {
      // Three start at once, on a machine that may be small.
      own.put(DIAL_TIMEOUT, START.toString());
    }
    configuration.set("store", section);
    configuration
        .putObject("ztap")
        .put("http-port", 0)
        .put("node-id", node)
        .put("key-prefix", prefix)
        .put("session-ttl", TIMING.sessionTtl().toString())
        .put("heartbeat-interval", TIMING.heartbeatInterval().toString())
        .put("election-timeout", TIMING.electionTimeout().toString());
    try {
      // In the folder, which only this user can enter: there may be a password in it.
      Path file = Files.write(folder.resolve(node + ".yaml"), Json.write(configuration));
      ProcessBuilder builder =
          new ProcessBuilder(script.toString(), "start", "--config=" + file)
              .redirectErrorStream(true)
              .redirectOutput(log(node).toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name ->
              name.startsWith("PLINTH_") || name.startsWith("ZTAP_") || name.startsWith("ETCD_"));
      builder.environment().put("PLINTH_AOT", "off");
      return builder.start();
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  private static ObjectNode section(Settings.Section written) {
    ObjectNode object = Json.object();
    written
        .children()
        .forEach((key, node) -> {
          switch (node) {
            case Settings.Section inner -> object.set(key, section(inner));
            case Settings.Scalar scalar -> object.put(key, scalar.text());
            case Settings.Items items -> {
              ArrayNode array = object.putArray(key);
              items.items().forEach(array::add);
            }
          }
        });
    return object;
  }

  private Path log(String node) {
    return folder.resolve(node + ".log");
  }

  private long keys(String below) {
    return store.keyValues().list(KeyRange.prefix(Key.utf8(prefix + below))).count();
  }

  private LeaderSeen awaitLeader(long olderThan) throws InterruptedException {
    await("a leader", FAIL_OVER, () -> leader().filter(l -> l.term() > olderThan).isPresent());
    return leader().orElseThrow();
  }

  private Optional<LeaderSeen> leader() {
    return store.keyValues().get(Key.utf8(prefix + "/election")).map(ProcessDemo::leaderSeen);
  }

  private static LeaderSeen leaderSeen(Entry entry) {
    JsonNode json = Json.read(entry.value().toArray());
    return new LeaderSeen(
        json.path("id").stringValue(""),
        json.path("address").stringValue(""),
        json.path("term").longValue(0));
  }

  private void await(String what, Duration limit, BooleanSupplier holds)
      throws InterruptedException {
    long begun = store.runtime().nanoTime();
    Pause pause = Pause.in(store.runtime());
    while (!holds.getAsBoolean()) {
      if (since(begun).compareTo(limit) > 0) {
        throw new IllegalStateException("there never was " + what + "\n" + logs());
      }
      pause.of(LOOK);
    }
  }

  private String logs() {
    StringBuilder text = new StringBuilder();
    for (String node : processes.keySet()) {
      try {
        text.append(node).append(":\n").append(Files.readString(log(node), UTF_8));
      } catch (IOException unreadable) {
        text.append("(no log)\n");
      }
    }
    return text.toString();
  }

  /** What the new leader measured, from the old leadership's end to its own beginning. */
  private static String vacancy(LeaderSeen leader) throws InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI metrics = URI.create("http://" + leader.address() + "/metrics");
      return http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofLines())
          .body()
          .filter(line -> line.startsWith(FAIL_OVERS))
          .map(line -> line.substring(line.lastIndexOf(' ') + 1) + " s")
          .findFirst()
          .orElse("not measured");
    } catch (IOException unreachable) {
      return "not measured";
    }
  }

  private Duration since(long begun) {
    return Duration.ofNanos(store.runtime().nanoTime() - begun);
  }

  private static String seconds(Duration duration) {
    return "%.3f s".formatted(duration.toNanos() / 1e9);
  }

  /** Ends the processes, and removes what they wrote. */
  @Override
  public void close() {
    processes.values().forEach(Process::destroy);
    for (Process process : processes.values()) {
      try {
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException hurried) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
    try {
      store.keyValues().delete(KeyRange.prefix(Key.utf8(prefix + "/")));
    } catch (StoreException unreachable) {
      out.accept("The keys below " + prefix + " were left: " + unreachable.getMessage());
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException left) {
      throw new UncheckedIOException(left);
    }
  }
}
