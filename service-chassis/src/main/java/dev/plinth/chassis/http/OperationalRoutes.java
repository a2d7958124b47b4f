package dev.plinth.chassis.http;

import dev.plinth.chassis.health.Health;
import dev.plinth.chassis.health.Readiness;
import dev.plinth.chassis.metrics.MetricsPage;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** What every server answers to those who operate it. */
final class OperationalRoutes implements Routes {
  private final Readiness readiness;
  private final MetricsPage metrics;

  @Inject
  OperationalRoutes(Readiness readiness, MetricsPage metrics) {
    this.readiness = readiness;
    this.metrics = metrics;
  }

  @Override
  public void register(RouteTable routes) {
    routes.get("/healthz", ctx -> Reply.json(ctx, 200, Json.object().put("status", "alive")));
    routes.get("/readyz", this::ready);
    routes.get("/metrics", ctx -> ctx.contentType(MetricsPage.MEDIA_TYPE).result(metrics.text()));
  }

  private void ready(Context ctx) {
    Map<String, Health> details = readiness.details();
    boolean ready = details.values().stream().allMatch(Health::healthy);
    ObjectNode document = Json.object().put("status", ready ? "ready" : "not-ready");
    ObjectNode checks = document.putObject("checks");
    details.forEach((name, health) ->
        checks.putObject(name).put("healthy", health.healthy()).put("detail", health.detail()));
    Reply.json(ctx, ready ? 200 : 503, document);
  }
}
