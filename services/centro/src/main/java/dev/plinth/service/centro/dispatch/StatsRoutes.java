package dev.plinth.service.centro.dispatch;

import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.service.centro.job.JobStatus;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Shows how many there are of everything.
 *
 * <p>Thread-safe.
 */
final class StatsRoutes implements Routes {
  private final Dispatch dispatch;

  @Inject
  StatsRoutes(Dispatch dispatch) {
    this.dispatch = dispatch;
  }

  @Override
  public void register(RouteTable routes) {
    routes.get("/api/v1/stats", this::show);
  }

  private void show(Context ctx) {
    RequestReader.of(ctx).finish();
    Stats stats = dispatch.stats();
    ObjectNode reply = Json.object();
    ObjectNode nodes = reply.putObject("nodes");
    nodes.put("total", stats.nodes());
    nodes.put("healthy", stats.healthyNodes());
    ObjectNode jobs = reply.putObject("jobs");
    jobs.put("queued", stats.queued());
    jobs.put("active", stats.active());
    jobs.put("finished", stats.finished());
    for (JobStatus status : List.of(JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.STOPPED)) {
      jobs.put(status.word(), stats.byStatus().getOrDefault(status, 0L));
    }
    Reply.json(ctx, 200, reply);
  }
}
