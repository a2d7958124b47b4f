package dev.plinth.distribution.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Talks to a running launcher: to its admin API, and to the services whose addresses it tells. What
 * goes wrong becomes a {@link CommandException} with the launcher's own words.
 *
 * <p>One thread at a time.
 */
final class LauncherClient {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final URI admin;
  private final String authorization;
  private final JsonMapper json = new JsonMapper();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  LauncherClient(URI admin, String authorization) {
    this.admin = admin;
    this.authorization = authorization;
  }

  /** Asks the admin API. */
  JsonNode admin(String method, String path, Optional<JsonNode> body) {
    return answer(exchange(toAdmin(method, path, body).timeout(ANSWER).build()));
  }

  /** Reads a document of a service. */
  JsonNode get(String service, String path) {
    return send(service, "GET", path, Optional.empty());
  }

  /** Asks a service. */
  JsonNode send(String service, String method, String path, Optional<JsonNode> body) {
    return answer(
        exchange(
            request(URI.create(addressOf(service) + path), method, body).timeout(ANSWER).build()));
  }

  /**
   * Reads server-sent events of the admin API, each as its name and its data, until the stream or
   * the thread ends.
   */
  void events(String path, Consumer<Event> consumer) {
    HttpRequest request = toAdmin("GET", path, Optional.empty()).build();
    HttpResponse<InputStream> response = exchange(request);
    if (response.statusCode() != 200) {
      answer(response);
      return;
    }
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
      String event = "";
      String data = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("event:")) {
          event = line.substring("event:".length()).strip();
        } else if (line.startsWith("data:")) {
          data += line.substring("data:".length()).strip();
        } else if (line.isEmpty() && !event.isEmpty()) {
          consumer.accept(new Event(event, data.isEmpty() ? json.nullNode() : parse(data)));
          event = "";
          data = "";
        }
      }
    } catch (IOException broken) {
      throw new CommandException(ExitCodes.UNAVAILABLE, "the launcher ended the stream");
    }
  }

  /**
   * An event of a stream.
   *
   * @param name its kind
   * @param data its document
   */
  record Event(String name, JsonNode data) {}

  private String addressOf(String service) {
    for (JsonNode running : admin("GET", "/admin/v1/services", Optional.empty()).path("services")) {
      if (running.path("name").asString().equals(service)) {
        return running.path("addresses").path(0).asString();
      }
    }
    throw new CommandException(
        ExitCodes.UNAVAILABLE, "the launcher at " + admin + " does not run the service " + service);
  }

  private HttpRequest.Builder toAdmin(String method, String path, Optional<JsonNode> body) {
    return request(admin.resolve(path), method, body).header("Authorization", authorization);
  }

  private HttpRequest.Builder request(URI uri, String method, Optional<JsonNode> body) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (body.isPresent()) {
      request.header("Content-Type", "application/json");
    }
    return request.method(
        method,
        body.map(node -> BodyPublishers.ofString(json.writeValueAsString(node)))
            .orElse(BodyPublishers.noBody()));
  }

  private HttpResponse<InputStream> exchange(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofInputStream());
    } catch (IOException refused) {
      throw new CommandException(
          ExitCodes.UNAVAILABLE,
          "no launcher answers at " + request.uri().resolve("/") + "; is 'plinth start' running?");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitCodes.FAILED, "interrupted");
    }
  }

  private JsonNode answer(HttpResponse<InputStream> response) {
    String text;
    try (InputStream body = response.body()) {
      text = new String(body.readAllBytes(), UTF_8);
    } catch (IOException broken) {
      throw new CommandException(ExitCodes.UNAVAILABLE, "the answer broke off");
    }
    JsonNode document = text.isBlank() ? json.createObjectNode() : parse(text);
    if (response.statusCode() < 300) {
      return document;
    }
    throw new CommandException(exitCode(response.statusCode()), wordsOf(document));
  }

  private static int exitCode(int status) {
    return switch (status) {
      case 404, 409, 410 -> ExitCodes.NOT_FOUND;
      case 502, 503, 504 -> ExitCodes.UNAVAILABLE;
      default -> ExitCodes.FAILED;
    };
  }

  private static String wordsOf(JsonNode problem) {
    StringBuilder words = new StringBuilder(problem.path("title").asString("the request failed"));
    if (problem.hasNonNull("detail")) {
      words.append(": ").append(problem.path("detail").asString());
    }
    for (JsonNode error : problem.path("errors")) {
      words
          .append("\n  ")
          .append(error.path("field").asString())
          .append(": ")
          .append(error.path("message").asString());
    }
    return words.toString();
  }

  private JsonNode parse(String text) {
    try {
      return json.readTree(text);
    } catch (JacksonException notJson) {
      throw new CommandException(ExitCodes.FAILED, "the answer is not JSON: " + text.strip());
    }
  }
}
