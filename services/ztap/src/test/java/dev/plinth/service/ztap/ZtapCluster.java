package dev.plinth.service.ztap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.chassis.testing.TestRuntime;
import dev.plinth.service.ztap.cluster.Cluster;
import dev.plinth.service.ztap.cluster.LocalNode;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/**
 * Started ZTAP services with real HTTP on the store that the tests run on, in its time.
 *
 * <p>Whatever is awaited, is awaited for half a real minute at most.
 */
final class ZtapCluster implements AutoCloseable {
  static final Map<String, String> LOW_LATENCY =
      Map.of("session-ttl", "10s", "heartbeat-interval", "2s", "election-timeout", "6s");

  /**
   * No heartbeat falls into a test, no silence is noticed and no session ends by itself, however
   * long the machine stands still. For what takes no time.
   */
  static final Map<String, String> QUIET =
      Map.of("session-ttl", "10m", "heartbeat-interval", "3m", "election-timeout", "10m");

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration STEP = Duration.ofMillis(500);
  private static final String NODES = "/ztap/nodes/";
  private static final String CANDIDATES = "/ztap/election/";

  final TestRuntime runtime = TestRuntime.create();
  final Store store = Stores.open(runtime);
  private final List<Node> nodes = new CopyOnWriteArrayList<>();

  /** One started service. */
  final class Node implements AutoCloseable {
    final String id;
    final CutStore way = new CutStore(store);
    final JsonClient http;
    private final ServiceFixture service;
    private volatile boolean cut;

    private Node(String id, Map<String, String> settings) {
      this.id = id;
      Map<String, String> all = new HashMap<>(settings);
      all.put("http-port", "0");
      all.putIfAbsent("node-id", id);
      this.service = ServiceFixture.start(new ZtapService(), way, all);
      this.http = service.http();
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
      service.close();
      nodes.remove(this);
    }

    /** Returns the cluster as a feature of the same process would use it. */
    Cluster cluster() {
      return service.get(LocalNode.class).cluster();
    }

    String address() {
      return service.uri().getAuthority();
    }

    JsonNode status() {
      Answer answer = http.get("/v1/cluster/status");
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
      for (JsonNode event : http.get("/v1/cluster/events").json().path("events")) {
        String node = event.path("node").isNull() ? "" : " " + event.path("node").stringValue();
        events.add(event.path("type").stringValue() + node);
      }
      return events;
    }

    /** Reads one sample of {@code /metrics}, 0 if it is not there. */
    double metric(String name) {
      return http.get("/metrics")
          .text()
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .sum();
    }

    @Override
    public void close() {
      heal();
      service.close();
    }
  }

  /** Starts a service. */
  Node start(String id, Map<String, String> settings) {
    Node node = new Node(id, settings);
    nodes.add(node);
    return node;
  }

  /** Starts a service, which takes as long as the test takes to move time. */
  CompletableFuture<Node> startBehind(String id, Map<String, String> settings) {
    return CompletableFuture.supplyAsync(() -> new Node(id, settings));
  }

  /**
   * Starts {@code node1} to {@code node<count>} and waits until all have read everything and see
   * each other and a leader, and until all stand for election, which is the last that they write.
   */
  List<Node> startNodes(int count, Map<String, String> settings) {
    for (int i = 1; i <= count; i++) {
      Node started = start("node" + i, settings);
      // The first one leads before others campaign, so that tests know who does.
      await(() -> started.leader().isPresent());
    }
    await(() ->
        nodes.stream()
            .allMatch(n -> n.leader().isPresent() && n.status().path("nodes").size() == count));
    await(() -> nodes.stream().allMatch(n -> n.status().path("notice").isNull()));
    await(() -> nodes.stream().filter(Node::isLeader).count() == 1);
    await(() -> list(CANDIDATES).size() == count);
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
    advance(by, STEP, afterEachStep);
  }

  void advance(Duration by, Duration step, Runnable afterEachStep) {
    for (Duration left = by; left.isPositive(); left = left.minus(step)) {
      runtime.advance(step);
      settle();
      afterEachStep.run();
    }
  }

  private void settle() {
    for (Node node : nodes) {
      // Both sides may move while they are compared: a node may just be joining.
      await(() -> node.isCut() || shown(node).equals(stored()));
    }
  }

  private Map<String, String> stored() {
    Map<String, String> stored = new HashMap<>();
    for (Entry entry : list(NODES)) {
      stored.put(
          entry.key().utf8().substring(NODES.length()),
          Json.read(entry.value().toArray()).path("last_seen").stringValue());
    }
    return stored;
  }

  private List<Entry> list(String prefix) {
    return store.keyValues().list(KeyRange.prefix(Key.utf8(prefix))).entries();
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
    store.close();
    runtime.close();
  }
}
