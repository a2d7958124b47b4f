package dev.plinth.service.labmgr;

import com.google.inject.Module;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.chassis.testing.TestRuntime;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A lab manager on the store that the tests run on, in its time, and a client of it. */
final class LabManagerFixture implements AutoCloseable {
  static final String WORKERS = "/api/v1/lab-workers";

  /** What is waited for takes tenths of seconds, where nobody can move time. */
  private static final Map<String, Object> HURRIED =
      Map.of(
          "poll-interval",
          "100ms",
          "retry-first",
          "100ms",
          "simulation",
          Map.of(
              "provision-delay", "100ms",
              "start-delay", "100ms",
              "license-delay", "100ms",
              "drain-delay", "100ms",
              "unlicense-delay", "100ms",
              "stop-delay", "100ms",
              "terminate-delay", "100ms"));

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final TestRuntime runtime = TestRuntime.create();
  final Store behind;
  final ServiceFixture service;
  final JsonClient http;
  private final List<ServiceFixture> others = new ArrayList<>();
  private final CutStore store;
  private final Map<String, Object> settings = new HashMap<>();

  private LabManagerFixture(Map<String, ?> more) {
    settings.put("http-port", 0);
    settings.put("secrets", Map.of("environment", List.of("LAB_LICENSE")));
    if (runtime.isReal()) {
      settings.putAll(HURRIED);
    }
    settings.putAll(more);
    behind = Stores.open(runtime);
    store = new CutStore(behind);
    service = ServiceFixture.start(new WithEnvironment(), store, settings);
    http = service.http();
  }

  static LabManagerFixture start() {
    return start(Map.of());
  }

  static LabManagerFixture start(Map<String, ?> settings) {
    return new LabManagerFixture(settings);
  }

  /** Cuts the service off from its store, or ends that. */
  void cut(boolean now) {
    store.cut(now);
  }

  /** The service with an environment of the test's. */
  private static final class WithEnvironment implements Service {
    private final Service real = new LabManagerService();

    @Override
    public String name() {
      return real.name();
    }

    @Override
    public void check(Settings settings) {
      real.check(settings);
    }

    @Override
    public Module module(ServiceContext context) {
      return new LabManagerModule(
          context,
          LabManagerConfig.from(context.settings()),
          name -> name.equals("LAB_LICENSE") ? Optional.of("a-secret-value") : Optional.empty());
    }
  }

  /** Starts another lab manager on the same store. */
  ServiceFixture startAnother() {
    ServiceFixture other = ServiceFixture.start(new WithEnvironment(), store, settings);
    others.add(other);
    return other;
  }

  /** Returns a request for a worker with a name and a label. */
  static String worker(String name, String track) {
    return "{\"metadata\": {\"name\": \"%s\", \"labels\": {\"track\": \"%s\"}}, \"spec\": {}}"
        .formatted(name, track);
  }

  Answer create(String name) {
    return http.post(WORKERS, worker(name, "t"));
  }

  JsonNode read(String name) {
    return http.get(WORKERS + "/" + name).json();
  }

  Answer mergePatch(String path, String patch) {
    return http.send("PATCH", path, patch, "application/merge-patch+json");
  }

  static String phase(JsonNode worker) {
    return worker.path("status").path("phase").stringValue("");
  }

  static ObjectNode copy(JsonNode document) {
    return (ObjectNode) Json.read(Json.write(document));
  }

  /** Lets virtual time pass until something holds. */
  void passUntil(String what, BooleanSupplier holds) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never: " + what);
      }
      runtime.advance(Duration.ofMillis(200));
    }
  }

  void passUntilPhase(String name, String phase) {
    passUntil(name + " in " + phase, () -> phase(read(name)).equals(phase));
  }

  @Override
  public void close() {
    others.forEach(ServiceFixture::close);
    service.close();
    behind.close();
    runtime.close();
  }
}
