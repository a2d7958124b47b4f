package dev.plinth.service.centro.job;

import dev.plinth.chassis.http.Grammar;
import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.http.JsonReader;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes jobs over HTTP, and names everything that is wrong with one at once.
 *
 * <p>Thread-safe.
 */
final class SubmitRoutes implements Routes {
  private static final int MOST_TASKS = 100;
  private static final int MOST_OPTIONS = 50;
  private static final int MOST_ENTRIES = 100;
  private static final int MOST_DATACENTERS = 100;
  private static final double MOST_CPU = 256;
  private static final long MOST_MEMORY_MB = 1L << 20;
  private static final long MOST_DISK_MB = 1L << 30;
  private static final String PROCESS = "process";

  private static final Grammar NAME =
      Grammar.matching("1 to 255 letters, digits, _ or -", "[A-Za-z0-9_-]{1,255}");
  private static final Grammar IMAGE =
      Grammar.matching(
          "the name of an image: 1 to 512 letters, digits or . _ / : @ + -",
          "[A-Za-z0-9._/:@+-]{1,512}");
  private static final Grammar VARIABLE =
      Grammar.matching(
          "the name of a variable: 1 to 128 letters, digits or _, no digit first",
          "[A-Za-z_][A-Za-z0-9_]{0,127}");

  private final Jobs jobs;

  @Inject
  SubmitRoutes(Jobs jobs) {
    this.jobs = jobs;
  }

  @Override
  public void register(RouteTable routes) {
    routes.post("/api/v1/jobs", this::submit);
  }

  private void submit(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    JobSpec spec = spec(request.body());
    request.finish();
    Job job = jobs.submit(spec);
    ObjectNode reply = Json.object();
    reply.put("job_id", job.id().value());
    reply.put("message", "job is queued");
    JobCodec.describe(reply.putObject("job"), job);
    ctx.header("Location", "/api/v1/jobs/" + job.id());
    Reply.json(ctx, 201, reply);
  }

  private static JobSpec spec(JsonReader body) {
    return new JobSpec(
        body.string("name", NAME),
        body.has("type") ? body.oneOf("type", JobSpec.TYPES) : JobSpec.TYPES.getFirst(),
        datacenters(body),
        body.integer(
            "priority",
            JobSpec.DEFAULT_PRIORITY,
            JobSpec.LOWEST_PRIORITY,
            JobSpec.HIGHEST_PRIORITY),
        body.optionalObject("resources").map(SubmitRoutes::resources).orElse(Resources.NONE),
        tasks(body),
        texts(body, "meta", MOST_ENTRIES, 255, 2048));
  }

  /** A list of names, or the one text with commas that agents know. */
  private static Datacenters datacenters(JsonReader body) {
    boolean isText = body.node("datacenters").filter(JsonNode::isString).isPresent();
    Datacenters datacenters =
        isText
            ? Datacenters.parse(body.string("datacenters"))
            : Datacenters.of(body.strings("datacenters"));
    if (datacenters.names().size() > MOST_DATACENTERS) {
      body.reject("datacenters", "must not name more than " + MOST_DATACENTERS);
    } else if (!datacenters.names().stream().allMatch(Datacenters::isName)) {
      body.reject("datacenters", "each " + Datacenters.RULE);
    }
    return datacenters;
  }

  private static Resources resources(JsonReader json) {
    return new Resources(
        json.optionalDecimal("cpu", 0, MOST_CPU).orElse(0.0),
        json.number("memory_mb", 0, 0, MOST_MEMORY_MB),
        json.number("disk_mb", 0, 0, MOST_DISK_MB));
  }

  private static List<Task> tasks(JsonReader body) {
    List<JsonReader> items = body.objects("tasks");
    if (!body.has("tasks")) {
      body.reject("tasks", "is required");
    } else if (items.size() > MOST_TASKS) {
      body.reject("tasks", "must not have more than " + MOST_TASKS + " items");
      return List.of();
    } else if (body.node("tasks").filter(node -> node.isArray() && node.isEmpty()).isPresent()) {
      body.reject("tasks", "must have at least one item");
    }
    List<Task> tasks = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonReader item : items) {
      Task task = task(item);
      if (!task.name().isEmpty() && !names.add(task.name())) {
        item.reject("name", "must be another one than that of an earlier task");
      }
      tasks.add(task);
    }
    return tasks;
  }

  private static Task task(JsonReader item) {
    String driver = item.oneOf("driver", JobSpec.DRIVERS);
    Optional<JsonReader> config = item.optionalObject("config");
    Optional<String> image = config.flatMap(json -> json.optionalString("image", IMAGE));
    boolean isGiven = config.filter(json -> json.has("image")).isPresent();
    if (!driver.equals(PROCESS) && !isGiven) {
      item.reject("config.image", "is required for this driver");
    }
    return new Task(
        item.string("name", NAME),
        driver,
        image.orElse(""),
        config.map(json -> texts(json, "options", MOST_OPTIONS, 128, 4096)).orElse(Map.of()),
        env(item));
  }

  private static Map<String, String> env(JsonReader item) {
    Map<String, String> env = texts(item, "env", MOST_ENTRIES, 128, 4096);
    env.keySet().stream()
        .filter(name -> !VARIABLE.accepts(name))
        .forEach(name -> item.reject("env." + name, "must be " + VARIABLE.rule()));
    return env;
  }

  private static Map<String, String> texts(
      JsonReader json, String field, int most, int longestName, int longestValue) {
    Map<String, String> texts = json.stringMap(field);
    if (texts.size() > most) {
      json.reject(field, "must not have more than " + most + " entries");
    }
    texts.forEach((name, value) -> {
      if (name.isEmpty() || name.length() > longestName) {
        json.reject(field, "must have names of 1 to " + longestName + " characters");
      }
      if (value.length() > longestValue) {
        json.reject(field + "." + name, "must not be longer than " + longestValue);
      }
    });
    return texts;
  }
}
