package dev.plinth.chassis.testing;

import dev.plinth.chassis.http.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** An HTTP client that speaks JSON. Thread-safe. */
public final class JsonClient {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final URI base;
  private final HttpClient client;
  private final List<String> headers;

  /** A client of the server at a URI. */
  public JsonClient(URI base) {
    this(base, HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(), List.of());
  }

  private JsonClient(URI base, HttpClient client, List<String> headers) {
    this.base = base;
    this.client = client;
    this.headers = headers;
  }

  /** What a server answered. */
  public record Answer(int status, HttpHeaders headers, String text) {
    /** Returns the body as a tree. */
    public JsonNode json() {
      return Json.read(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns a header, or an empty text. */
    public String header(String name) {
      return headers.firstValue(name).orElse("");
    }

    /** Returns the fields that a problem names, in order. */
    public List<String> wrongFields() {
      List<String> fields = new ArrayList<>();
      json().path("errors").forEach(error -> fields.add(error.path("field").stringValue("")));
      return fields;
    }

    /** Returns the end of a problem's type. */
    public String problem() {
      return json().path("type").stringValue("").replace("urn:plinth:problem:", "");
    }
  }

  /** Returns a client that sends one more header with each request. */
  public JsonClient withHeader(String name, String value) {
    List<String> more = new ArrayList<>(headers);
    more.add(name);
    more.add(value);
    return new JsonClient(base, client, List.copyOf(more));
  }

  /** Asks with GET. */
  public Answer get(String path) {
    return send("GET", path, BodyPublishers.noBody(), "");
  }

  /** Asks with DELETE. */
  public Answer delete(String path) {
    return send("DELETE", path, BodyPublishers.noBody(), "");
  }

  /** Sends JSON with POST. */
  public Answer post(String path, String json) {
    return send("POST", path, json, "application/json");
  }

  /** Sends JSON with POST. */
  public Answer post(String path, JsonNode json) {
    return post(path, Json.text(json));
  }

  /** Sends JSON with PUT. */
  public Answer put(String path, String json) {
    return send("PUT", path, json, "application/json");
  }

  /** Sends JSON with PUT. */
  public Answer put(String path, JsonNode json) {
    return put(path, Json.text(json));
  }

  /** Sends JSON with PATCH. */
  public Answer patch(String path, String json) {
    return send("PATCH", path, json, "application/json");
  }

  /** Sends a text of some media type; none if that is empty. */
  public Answer send(String method, String path, String body, String mediaType) {
    return send(method, path, BodyPublishers.ofString(body), mediaType);
  }

  private Answer send(String method, String path, BodyPublisher body, String mediaType) {
    HttpRequest.Builder request = request(path).method(method, body).timeout(PATIENCE);
    if (!mediaType.isEmpty()) {
      request.header("Content-Type", mediaType);
    }
    try {
      HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (IOException failed) {
      throw new UncheckedIOException(method + " " + path, failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", interrupted);
    }
  }

  /** Opens a stream of events. */
  public EventReader events(String path) {
    return EventReader.open(client, request(path).GET().build());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
    if (!headers.isEmpty()) {
      request.headers(headers.toArray(String[]::new));
    }
    return request;
  }
}
