package dev.plinth.chassis.testing;

import dev.plinth.chassis.http.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Reads server-sent events. One reader; close ends the request. */
public final class EventReader implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** One event; the id is empty if the server sent none with it. */
  public record Event(String id, String kind, String data) {
    /** Returns the data as a tree. */
    public JsonNode json() {
      return Json.read(data.getBytes(StandardCharsets.UTF_8));
    }
  }

  private final HttpResponse<InputStream> response;
  private final LinkedBlockingQueue<Optional<Event>> events = new LinkedBlockingQueue<>();

  private EventReader(HttpResponse<InputStream> response) {
    this.response = response;
  }

  static EventReader open(HttpClient client, HttpRequest request) {
    try {
      EventReader reader = new EventReader(client.send(request, BodyHandlers.ofInputStream()));
      Thread.ofVirtual().start(reader::readAll);
      return reader;
    } catch (IOException failed) {
      throw new UncheckedIOException(request.toString(), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", interrupted);
    }
  }

  /** Returns the status of the answer; other than 200, there are no events. */
  public int status() {
    return response.statusCode();
  }

  /** Waits for the next event; fails if none comes for long, or the stream ended. */
  public Event next() {
    return poll().orElseThrow(() -> new AssertionError("the stream ended"));
  }

  /** Waits for events. */
  public List<Event> next(int count) {
    List<Event> taken = new ArrayList<>();
    while (taken.size() < count) {
      taken.add(next());
    }
    return taken;
  }

  /** Waits until the stream ends; fails if an event comes, or nothing for long. */
  public void awaitEnd() {
    poll()
        .ifPresent(event -> {
          throw new AssertionError("the stream did not end, but brought " + event);
        });
  }

  private Optional<Event> poll() {
    try {
      Optional<Event> next = events.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (next == null) {
        throw new AssertionError("no event within " + PATIENCE);
      }
      if (next.isEmpty()) {
        events.add(next); // the end stays the end
      }
      return next;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", interrupted);
    }
  }

  private void readAll() {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      String id = "";
      String kind = "";
      StringBuilder data = new StringBuilder();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          kind = line.substring(7);
        } else if (line.startsWith("data: ")) {
          data.append(line.substring(6));
        } else if (line.isEmpty() && !kind.isEmpty()) {
          events.add(Optional.of(new Event(id, kind, data.toString())));
          id = "";
          kind = "";
          data.setLength(0);
        }
      }
    } catch (IOException gone) {
      // said by the end of the queue
    } finally {
      events.add(Optional.empty());
    }
  }

  @Override
  public void close() {
    try {
      response.body().close();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }
}
