package dev.plinth.service.ztap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Injector;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.auth.BindAddress;
import dev.plinth.chassis.http.HttpServer;
import dev.plinth.chassis.http.HttpThreads;
import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.lifecycle.Lifecycle;
import dev.plinth.chassis.lifecycle.LifecycleModule;
import dev.plinth.chassis.lifecycle.LifecycleTiming;
import dev.plinth.chassis.metrics.PrometheusMetrics;
import dev.plinth.chassis.platform.PlatformModule;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.storage.memory.MemoryStoreProvider;
import dev.plinth.tck.VirtualRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/**
 * Started ZTAP services with real HTTP on one memory store, in a time that only the test moves.
 *
 * <p>Whatever is awaited, is awaited for ten real seconds at most.
 */
final class ZtapCluster implements AutoCloseable {
  static final Map<String, String> LOW_LATENCY =
      Map.of("session-ttl", "10s", "heartbeat-interval", "2s", "election-timeout", "6s");

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration STEP = Duration.ofMillis(500);
  private static final String NODES = "/ztap/nodes/";

  final VirtualRuntime runtime = new VirtualRuntime();
  final Store store = new MemoryStoreProvider().open(Settings.empty(), runtime);
  private final HttpThreads threads = HttpThreads.start();
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Node> nodes = new ArrayList<>();

  /** An answer. */
  record Answer(int status, String type, String text) {
    JsonNode json() {
      return Json.read(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  /** One started service. */
  final class Node implements AutoCloseable {
    final String id;
    final CutStore way = new CutStore(store);
    private final PrometheusMetrics metrics = PrometheusMetrics.start();
    private final Lifecycle lifecycle;
    private final HttpServer server;
    private boolean cut;

    private Node(String id, Map<String, String> settings) {
      this.id = id;
      Map<String, String> all = new HashMap<>(settings);
      all.put("http-port", "0");
      all.putIfAbsent("node-id", id);
      ServiceContext context =
          new ServiceContext(ZtapService.NAME, Settings.of(all), BindAddress.loopback(), 0);
      Injector injector =
          Guice.createInjector(
              new PlatformModule(way, metrics, threads),
              new LifecycleModule(LifecycleTiming.withGrace(Duration.ofSeconds(1))),
              new ZtapService().module(context));
      this.lifecycle = injector.getInstance(Lifecycle.class);
      this.server = injector.getInstance(HttpServer.class);
    }

    void cut() {
      cut = true;
      way.cut();
    }

    void heal() {
      cut = false;
      way.heal();
    }

    boolean isCut() {
      return cut;
    }

    void stop() {
      lifecycle.stop();
      nodes.remove(this);
    }

    String address() {
      return server.uri().getAuthority();
    }

    URI uri(String path) {
      return server.uri().resolve(path);
    }

    JsonNode status() {
      Answer answer = get("/v1/cluster/status");
      assertThat(answer.status()).isEqualTo(200);
      return answer.json();
    }

    boolean isLeader() {
      return status().path("is_leader").booleanValue();
    }

    Optional<String> leader() {
      JsonNode leader = status().path("leader");
      return leader.isNull() ? Optional.empty() : Optional.of(leader.path("id").stringValue());
    }

    /** Returns how this node sees another one, if it shows it. */
    Optional<JsonNode> sees(String other) {
      for (JsonNode node : status().path("nodes")) {
        if (node.path("id").stringValue().equals(other)) {
          return Optional.of(node);
        }
      }
      return Optional.empty();
    }

    String stateOf(String other) {
      return sees(other).map(node -> node.path("state").stringValue()).orElse("absent");
    }

    List<String> events() {
      List<String> events = new ArrayList<>();
      for (JsonNode event : get("/v1/cluster/events").json().path("events")) {
        String node = event.path("node").isNull() ? "" : " " + event.path("node").stringValue();
        events.add(event.path("type").stringValue() + node);
      }
      return events;
    }

    /** Reads one sample of {@code /metrics}, 0 if it is not there. */
    double metric(String name) {
      return get("/metrics")
          .text()
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .sum();
    }

    Answer get(String path) {
      return send("GET", path, "");
    }

    Answer post(String path, String body) {
      return send("POST", path, body);
    }

    Answer delete(String path) {
      return send("DELETE", path, "");
    }

    Answer send(String method, String path, String body) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(uri(path))
              .method(method, HttpRequest.BodyPublishers.ofString(body));
      if (!body.isEmpty()) {
        request.header("Content-Type", "application/json");
      }
      try {
        HttpResponse<String> response =
            client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
            response.statusCode(),
            response.headers().firstValue("Content-Type").orElse(""),
            response.body());
      } catch (IOException failed) {
        throw new UncheckedIOException(method + " " + path, failed);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(interrupted);
      }
    }

    @Override
    public void close() {
      heal();
      lifecycle.stop();
      metrics.close();
    }
  }

  /** Builds a service and starts it. */
  Node start(String id, Map<String, String> settings) {
    Node node = build(id, settings);
    node.lifecycle.start();
    nodes.add(node);
    return node;
  }

  /** Builds a service without starting it. */
  Node build(String id, Map<String, String> settings) {
    return new Node(id, settings);
  }

  void start(Node built) {
    built.lifecycle.start();
  }

  /**
   * Starts {@code node1} to {@code node<count>} and waits until all see each other and a leader.
   */
  List<Node> startNodes(int count, Map<String, String> settings) {
    for (int i = 1; i <= count; i++) {
      start("node" + i, settings);
    }
    await(() ->
        nodes.stream()
            .allMatch(n -> n.leader().isPresent() && n.status().path("nodes").size() == count));
    await(() -> nodes.stream().filter(Node::isLeader).count() == 1);
    return List.copyOf(nodes);
  }

  Node leader() {
    return nodes.stream().filter(Node::isLeader).findFirst().orElseThrow();
  }

  List<Node> followers() {
    Node leader = leader();
    return nodes.stream().filter(node -> node != leader).toList();
  }

  /** Moves time in small steps; after each, every node that can has seen what the store holds. */
  void advance(Duration by) {
    advance(by, () -> {});
  }

  void advance(Duration by, Runnable afterEachStep) {
    for (Duration left = by; left.isPositive(); left = left.minus(STEP)) {
      runtime.advance(STEP);
      settle();
      afterEachStep.run();
    }
  }

  private void settle() {
    Map<String, String> stored = new HashMap<>();
    for (Entry entry : store.keyValues().list(KeyRange.prefix(Key.utf8(NODES))).entries()) {
      stored.put(
          entry.key().utf8().substring(NODES.length()),
          Json.read(entry.value().toArray()).path("last_seen").stringValue());
    }
    for (Node node : nodes) {
      if (!node.isCut()) {
        await(() -> shown(node).equals(stored));
      }
    }
  }

  private static Map<String, String> shown(Node node) {
    Map<String, String> shown = new HashMap<>();
    for (JsonNode other : node.status().path("nodes")) {
      if (!other.path("state").stringValue().equals("gone")) {
        shown.put(other.path("id").stringValue(), other.path("last_seen").stringValue());
      }
    }
    return shown;
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("awaited in vain").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
  }

  @Override
  public void close() {
    List.copyOf(nodes).forEach(Node::close);
    client.close();
    store.close();
    threads.close();
    runtime.close();
  }
}
