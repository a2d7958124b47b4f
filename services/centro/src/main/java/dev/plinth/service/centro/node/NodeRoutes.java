package dev.plinth.service.centro.node;

import dev.plinth.chassis.error.ConflictException;
import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.chassis.http.Grammar;
import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.http.PageRequest;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.service.centro.document.InvalidDocument;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.spi.Key;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Shows nodes over HTTP.
 *
 * <p>Thread-safe.
 */
final class NodeRoutes implements Routes {
  private static final int DEFAULT_LIMIT = 100;
  private static final int MOST_LIMIT = 1000;

  private final Nodes nodes;

  @Inject
  NodeRoutes(Nodes nodes) {
    this.nodes = nodes;
  }

  @Override
  public void register(RouteTable routes) {
    routes.get("/api/v1/nodes", this::list);
    routes.get("/api/v1/nodes/{id}", this::show);
  }

  private void list(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    PageRequest asked = request.page("nodes", DEFAULT_LIMIT, MOST_LIMIT);
    request.finish();
    NodePage page =
        asked
            .token()
            .map(token -> nodes.list(asked.limit(), token.revision(), Key.utf8(token.after())))
            .orElseGet(() -> nodes.list(asked.limit()));
    ObjectNode reply = Json.object();
    reply.put("revision", page.revision().value());
    ArrayNode items = reply.putArray("nodes");
    page.nodes().forEach(node -> describe(items.addObject(), node));
    ArrayNode invalid = reply.putArray("invalid");
    for (InvalidDocument document : page.invalid()) {
      ObjectNode one = invalid.addObject();
      one.put("key", document.key().toString());
      one.put("problem", document.problem());
    }
    page.last().ifPresent(key -> reply.put("continue", asked.next(page.revision(), key.utf8())));
    Reply.json(ctx, 200, reply);
  }

  private void show(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String id = request.path("id", Grammar.ID);
    request.finish();
    ObjectNode reply = Json.object();
    switch (nodes.find(NodeId.of(id))) {
      case NodeLookup.Found found -> describe(reply, found.situation());
      case NodeLookup.Unreadable unreadable ->
          throw new ConflictException(
              "unreadable-document",
              unreadable.document().key() + " " + unreadable.document().problem(),
              Optional.empty());
      case NodeLookup.Missing none ->
          throw new NotFoundException("node '" + id + "' does not exist");
    }
    Reply.json(ctx, 200, reply);
  }

  private static void describe(ObjectNode json, NodeSituation situation) {
    Node node = situation.node();
    NodeReport report = node.report();
    json.put("node_id", report.id().value());
    json.put("status", situation.isHealthy() ? "healthy" : "unhealthy");
    report.datacenter().ifPresent(datacenter -> json.put("datacenter", datacenter));
    json.put("registered_at", node.registeredAt().toString());
    json.put("last_heartbeat", node.lastHeartbeat().toString());
    json.put("ram_mb", report.ramMb());
    json.put("cpu_percent", report.cpuPercent());
    json.put("disk_mb", report.diskMb());
    ObjectNode metadata = json.putObject("metadata");
    new TreeMap<>(report.metadata()).forEach(metadata::put);
    ObjectNode free = json.putObject("free");
    free.put("memory_mb", situation.freeMemoryMb());
    free.put("disk_mb", situation.freeDiskMb());
    situation.freeCores().ifPresent(cores -> free.put("cpu", cores));
    ArrayNode jobs = json.putArray("jobs");
    situation
        .ledger()
        .jobs()
        .forEach((job, assignment) -> {
          ObjectNode one = jobs.addObject();
          one.put("job_id", job.value());
          one.put("attempt", assignment.attempt());
          one.put("phase", assignment.phase().name().toLowerCase(Locale.ROOT));
        });
    ObjectNode finished = json.putObject("finished");
    new TreeMap<>(situation.ledger().finished())
        .forEach((status, count) -> finished.put(status.word(), count));
  }
}
