package dev.plinth.chassis.admin;

import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.http.JsonReader;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.time.Duration;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The leases of the store: {@code /admin/v1/store/leases}. */
final class StoreLeaseRoutes implements Routes {
  private static final String LEASES = "/admin/v1/store/leases";
  private static final String LEASE = LEASES + "/{lease}";
  private static final long LONGEST_SECONDS = Integer.MAX_VALUE;

  private final Store store;

  @Inject
  StoreLeaseRoutes(Store store) {
    this.store = store;
  }

  @Override
  public void register(RouteTable routes) {
    routes.get(LEASES, this::list);
    routes.post(LEASES, this::grant);
    routes.get(LEASE, this::describe);
    routes.post(LEASE + "/renew", this::renew);
    routes.delete(LEASE, this::revoke);
  }

  private void list(Context ctx) {
    RequestReader.of(ctx).finish();
    ObjectNode answer = Json.object();
    ArrayNode leases = answer.putArray("leases");
    store.leases().list().forEach(lease -> leases.addObject().put("id", lease.hex()));
    Reply.json(ctx, 200, answer);
  }

  private void grant(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    JsonReader body = request.body();
    long seconds = body.number("ttl_seconds", 1, LONGEST_SECONDS);
    LeaseId id = StoreRequests.lease(body, "id").orElse(LeaseId.NONE);
    request.finish();
    LeaseInfo lease = store.leases().grant(id, Duration.ofSeconds(seconds));
    Reply.json(ctx, 201, StoreJson.lease(lease));
  }

  private void describe(Context ctx) {
    LeaseId id = lease(ctx);
    LeaseInfo lease =
        store
            .leases()
            .describe(id)
            .orElseThrow(() -> new NotFoundException("the lease " + id + " does not exist"));
    Reply.json(ctx, 200, StoreJson.lease(lease));
  }

  private void renew(Context ctx) {
    Reply.json(ctx, 200, StoreJson.lease(store.leases().renew(lease(ctx))));
  }

  private void revoke(Context ctx) {
    Revision revision = store.leases().revoke(lease(ctx));
    Reply.json(ctx, 200, Json.object().put("revision", revision.value()));
  }

  private static LeaseId lease(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String id = request.path("lease", StoreRequests.LEASE);
    request.finish();
    return StoreRequests.lease(id);
  }
}
