package dev.plinth.service.labmgr;

import dev.plinth.chassis.http.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Reads a watch of JSON lines. One reader; close ends the request. */
final class LineReader implements AutoCloseable {
  private final HttpClient client = HttpClient.newBuilder().build();
  private final HttpResponse<InputStream> response;
  private final LinkedBlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();

  LineReader(URI base, String path) {
    try {
      response =
          client.send(
              HttpRequest.newBuilder(base.resolve(path)).build(), BodyHandlers.ofInputStream());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
    Thread.ofVirtual().start(this::readAll);
  }

  int status() {
    return response.statusCode();
  }

  private void readAll() {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(Optional.of(line));
      }
    } catch (IOException gone) {
      // said by the end of the queue
    } finally {
      lines.add(Optional.empty());
    }
  }

  /** Waits for the next line; nothing at the end of the stream. */
  Optional<JsonNode> poll() {
    try {
      Optional<String> line = lines.poll(20, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("no line for long");
      }
      return line.map(text -> Json.read(text.getBytes(StandardCharsets.UTF_8)));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Says whether a line is there. */
  boolean hasNext() {
    return !lines.isEmpty();
  }

  JsonNode next() {
    return poll().orElseThrow(() -> new AssertionError("the stream ended"));
  }

  /** Waits for the next event that is no bookmark. */
  JsonNode nextChange() {
    JsonNode event = next();
    while (type(event).equals("BOOKMARK")) {
      event = next();
    }
    return event;
  }

  static String type(JsonNode event) {
    return event.path("type").stringValue("");
  }

  static long version(JsonNode event) {
    return Long.parseLong(
        event.path("object").path("metadata").path("resourceVersion").stringValue("0"));
  }

  @Override
  public void close() {
    try {
      response.body().close();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
    client.shutdownNow();
  }
}
