package dev.plinth.distribution.wiring;

import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import io.javalin.http.Context;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Which services run: {@code /admin/v1/services}. Thread-safe. */
final class ServicesRoutes implements Routes {
  private final Supplier<List<Platform.StartedService>> services;

  ServicesRoutes(Supplier<List<Platform.StartedService>> services) {
    this.services = services;
  }

  @Override
  public void register(RouteTable routes) {
    routes.get("/admin/v1/services", this::list);
  }

  private void list(Context ctx) {
    RequestReader.of(ctx).finish();
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("services");
    for (Platform.StartedService service : services.get()) {
      ArrayNode addresses = list.addObject().put("name", service.name()).putArray("addresses");
      service.addresses().forEach(addresses::add);
    }
    Reply.json(ctx, 200, answer);
  }
}
