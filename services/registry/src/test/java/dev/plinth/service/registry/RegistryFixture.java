package dev.plinth.service.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.plinth.chassis.testing.EventReader;
import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.chassis.testing.TestRuntime;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A registry on the store that the tests run on, in its time. */
final class RegistryFixture implements AutoCloseable {
  static final Duration TTL = Duration.ofSeconds(90);

  private final TestRuntime runtime = TestRuntime.create();
  private final Store store;
  private final FaultyStore faulty;
  private final ServiceFixture service;
  private final JsonClient client;

  private RegistryFixture(Map<String, ?> settings, boolean reachable) {
    Map<String, Object> section = new HashMap<>(settings);
    section.put("http-port", 0);
    store = Stores.open(runtime);
    faulty = new FaultyStore(store);
    faulty.unavailable(!reachable);
    service = ServiceFixture.start(new RegistryService(), faulty, section);
    client = service.http();
  }

  static RegistryFixture start() {
    return new RegistryFixture(Map.of(), true);
  }

  /** A registry whose store cannot be reached until the test says so. */
  static RegistryFixture startUnreachable() {
    return new RegistryFixture(Map.of(), false);
  }

  static RegistryFixture start(Map<String, ?> settings) {
    return new RegistryFixture(settings, true);
  }

  /** The store behind the service, without faults. */
  Store store() {
    return store;
  }

  FaultyStore faults() {
    return faulty;
  }

  ServiceFixture service() {
    return service;
  }

  JsonClient http() {
    return client;
  }

  void advance(Duration by) {
    runtime.advance(by);
  }

  void stepWallClock(Duration by) {
    runtime.stepWallClock(by);
  }

  /** Moves time to where what expires now is gone. */
  void advancePastExpiry() {
    runtime.advance(TTL.plus(store.limits().expiryBound()));
  }

  static String user(String user) {
    return "/api/v1/users/" + user;
  }

  static String device(String user, String device) {
    return user(user) + "/devices/" + device;
  }

  Answer register(String user, String device, String gateway, String connection) {
    return client.put(
        device(user, device),
        """
        {"gateway": "%s", "connection_id": "%s"}\
        """
            .formatted(gateway, connection));
  }

  /** Sends a request line as it is, which a client that checks URIs would not, and its status. */
  int status(String method, String path) {
    URI uri = service.uri();
    String body = "{\"gateway\": \"gw1\"}";
    // In one piece: an answer to the first one would not wait for a second one.
    String request =
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.getOutputStream().write(request.getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  Answer heartbeat(String user, String device, String connection) {
    return client.post(
        device(user, device) + "/heartbeat",
        """
        {"connection_id": "%s"}\
        """
            .formatted(connection));
  }

  Answer unregister(String user, String device, String connection) {
    return client.withHeader("Connection-Id", connection).delete(device(user, device));
  }

  JsonNode lookup(String user) {
    Answer answer = client.get(user(user));
    if (answer.status() != 200) {
      throw new AssertionError(answer);
    }
    return answer.json();
  }

  /** The devices that a look-up finds, each as device@gateway. */
  List<String> devices(String user) {
    return devices(lookup(user));
  }

  static List<String> devices(JsonNode presence) {
    List<String> devices = new ArrayList<>();
    presence
        .path("devices")
        .forEach(device ->
            devices.add(
                device.path("device").stringValue() + "@" + device.path("gateway").stringValue()));
    return devices;
  }

  EventReader watch(String user) {
    return client.events(user(user) + "/watch");
  }

  EventReader watch(String user, long from) {
    return client.events(user(user) + "/watch?from=" + from);
  }

  Optional<Entry> raw(String key) {
    return store.keyValues().get(Key.utf8(key));
  }

  int leases() {
    return store.leases().list().size();
  }

  @Override
  public void close() {
    service.close();
    store.close();
    runtime.close();
  }
}
