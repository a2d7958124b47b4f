package dev.plinth.service.ztap.cluster;

import dev.plinth.chassis.http.EventSource;
import dev.plinth.chassis.http.Grammar;
import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.http.JsonReader;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.chassis.http.ServerEvent;
import dev.plinth.spi.Revision;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The cluster over HTTP. Thread-safe. */
final class ClusterRoutes implements Routes {
  private static final String BASE = "/v1/cluster";
  private static final int MOST_METADATA = 64;
  private static final int LONGEST_METADATA = 1024;
  private static final Grammar ADDRESS =
      new Grammar("host:port with a port from 1 to 65535", NodeNames::isAddress);

  private final LocalNode node;
  private final JsonMapper mapper = JsonMapper.builder().build();

  @Inject
  ClusterRoutes(LocalNode node) {
    this.node = node;
  }

  @Override
  public void register(RouteTable routes) {
    routes.get(BASE + "/status", this::status);
    routes.get(BASE + "/nodes", this::list);
    routes.post(BASE + "/nodes", this::join);
    routes.delete(BASE + "/nodes/{id}", this::leave);
    routes.get(BASE + "/events", this::events);
    routes.events(BASE + "/leader/watch", this::watchLeader);
  }

  private void status(Context ctx) {
    RequestReader.of(ctx).finish();
    answer(ctx, 200, ClusterDocument.status(node.cluster().status()));
  }

  private void list(Context ctx) {
    RequestReader.of(ctx).finish();
    answer(ctx, 200, ClusterDocument.nodes(node.cluster().status()));
  }

  private void join(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    JsonReader body = request.body();
    String id = body.string("id", Grammar.ID);
    String address = body.string("address", ADDRESS);
    Map<String, String> metadata = body.stringMap("metadata");
    refuseLarge(metadata, body);
    request.finish();
    answer(ctx, 201, ClusterDocument.member(node.cluster().join(id, address, metadata)));
  }

  private static void refuseLarge(Map<String, String> metadata, JsonReader body) {
    if (metadata.size() > MOST_METADATA) {
      body.reject("metadata", "must have at most " + MOST_METADATA + " entries");
    }
    metadata.forEach((name, text) -> {
      if (name.length() + text.length() > LONGEST_METADATA) {
        body.reject(
            "metadata." + name.substring(0, Math.min(name.length(), 32)),
            "must have at most " + LONGEST_METADATA + " characters with its name");
      }
    });
  }

  private void leave(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String id = request.path("id", Grammar.ID);
    boolean force = request.queryFlag("force", false);
    request.finish();
    Leaving result = force ? node.cluster().forceLeave(id) : node.cluster().leave(id);
    Reply.json(ctx, 200, Json.object().put("id", id).put("result", result.word()));
  }

  private void events(Context ctx) {
    RequestReader.of(ctx).finish();
    answer(ctx, 200, ClusterDocument.events(node.cluster().events()));
  }

  private EventSource watchLeader(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    // Whoever comes back is told how it stands now, which is all there is to tell.
    request.resumeFrom();
    request.finish();
    return new LeaderStream(node.cluster());
  }

  private void answer(Context ctx, int status, Map<String, @Nullable Object> document) {
    Reply.json(ctx, status, tree(document));
  }

  private JsonNode tree(Map<String, @Nullable Object> document) {
    return mapper.valueToTree(document);
  }

  /** First how it stands, then each change; changes that came and went meanwhile are skipped. */
  private final class LeaderStream implements EventSource {
    private final Cluster cluster;
    private Optional<LeaderRecord> told = Optional.empty();
    private boolean begun;
    private long seen;

    LeaderStream(Cluster cluster) {
      this.cluster = cluster;
    }

    @Override
    public List<ServerEvent> next() throws InterruptedException {
      if (begun) {
        seen = cluster.awaitChange(seen);
      } else {
        seen = cluster.version();
      }
      Optional<LeaderRecord> now = cluster.status().leader();
      if (begun && now.equals(told)) {
        return List.of();
      }
      Revision term = Revision.of(now.or(() -> told).map(LeaderRecord::term).orElse(0L));
      begun = true;
      told = now;
      return List.of(
          now.isPresent()
              ? new ServerEvent(ServerEvent.Kind.PUT, term, tree(ClusterDocument.leader(now.get())))
              : new ServerEvent(ServerEvent.Kind.DELETE, term, Json.object()));
    }

    @Override
    public void close() {
      // Nothing is held, and the server interrupts the reader.
    }
  }
}
