package dev.plinth.chassis.admin;

import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import jakarta.inject.Inject;
import java.util.Objects;

/** Asks for the token before everything below {@code /admin}. */
final class AccessRoutes implements Routes {
  private final AdminAccess access;

  @Inject
  AccessRoutes(AdminAccess access) {
    this.access = access;
  }

  @Override
  public void register(RouteTable routes) {
    routes.before(
        "/admin/*",
        ctx -> access.check(Objects.requireNonNullElse(ctx.header("Authorization"), "")));
  }
}
