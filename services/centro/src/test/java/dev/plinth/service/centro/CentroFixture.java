package dev.plinth.service.centro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.chassis.testing.TestRuntime;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The store that the tests run on, in its time, and any number of servers on it. */
final class CentroFixture implements AutoCloseable {
  private static final Duration STEP = Duration.ofMillis(500);

  final TestRuntime runtime = TestRuntime.create();
  final Store store = Stores.open(runtime);
  private final List<ServiceFixture> servers = new ArrayList<>();

  /** Starts another server on the store. */
  ServiceFixture server() {
    return server(Map.of());
  }

  ServiceFixture server(Map<String, Object> settings) {
    return server(store, settings);
  }

  ServiceFixture server(Store through, Map<String, Object> settings) {
    Map<String, Object> all = new LinkedHashMap<>(Map.of("http-port", 0, "grpc-port", 0));
    all.putAll(settings);
    ServiceFixture server = ServiceFixture.start(new CentroService(), through, all);
    servers.add(server);
    return server;
  }

  /** Waits until the only candidate for periodic work, or the first of several, is there. */
  void awaitElected() {
    await(() -> !keys("/centro/election/").isEmpty());
    // The elected server's clock starts with its first look at the latest.
    pass(Duration.ofSeconds(1));
  }

  /** Waits in real time, while virtual time stands still unless the condition moves it. */
  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }

  /** Moves time in small steps, so that everything that waits for it takes its turn. */
  void pass(Duration time) {
    for (Duration left = time; left.isPositive(); left = left.minus(STEP)) {
      runtime.advance(STEP);
    }
  }

  /** Moves time until something is the case, but no longer than a limit. */
  Duration passUntil(Duration limit, BooleanSupplier condition) {
    Duration passed = Duration.ZERO;
    while (!condition.getAsBoolean()) {
      assertThat(passed).as("time that passed").isLessThanOrEqualTo(limit);
      runtime.advance(STEP);
      passed = passed.plus(STEP);
    }
    return passed;
  }

  /** Submits a job that fits everywhere, and returns its name. */
  static String submit(JsonClient http, String name) {
    return submit(http, name, "");
  }

  /** Submits a job with more fields, each followed by a comma, and returns its name. */
  static String submit(JsonClient http, String name, String fields) {
    JsonClient.Answer answer =
        http.post(
            "/api/v1/jobs",
            "{"
                + fields
                + "\"name\":\""
                + name
                + "\",\"tasks\":[{\"name\":\"main\","
                + "\"driver\":\"podman\",\"config\":{\"image\":\"alpine:latest\"}}]}");
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.json().path("job_id").stringValue();
  }

  /** Returns the keys below a prefix. */
  List<String> keys(String prefix) {
    return entries(prefix).stream().map(entry -> entry.key().utf8()).toList();
  }

  /** Returns the document at a key. */
  JsonNode document(String key) {
    Entry entry = store.keyValues().get(Key.utf8(key)).orElseThrow();
    return new JsonMapper().readTree(entry.value().toArray());
  }

  /** Says where a job is: the middle of its only key. */
  String place(String job) {
    List<String> places = new ArrayList<>();
    for (Entry entry : entries("/centro/jobs/")) {
      String key = entry.key().utf8();
      if (key.endsWith("/" + job) || key.contains("/queue/" + job + "-")) {
        places.add(key.split("/", -1)[3]);
      }
    }
    assertThat(places).as("places of job " + job).hasSize(1);
    return places.getFirst();
  }

  /** Returns all that clients can cause: servers hold their elections whenever they like. */
  List<Entry> documents() {
    return entries("/centro/").stream()
        .filter(entry -> !entry.key().utf8().startsWith("/centro/election/"))
        .toList();
  }

  private List<Entry> entries(String prefix) {
    return store.keyValues().list(KeyRange.prefix(Key.utf8(prefix))).entries();
  }

  @Override
  public void close() {
    servers.forEach(ServiceFixture::close);
    store.close();
    runtime.close();
  }
}
