package dev.plinth.service.labmgr.api;

import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.service.labmgr.document.DocumentCodec;
import io.javalin.http.Context;
import jakarta.inject.Inject;

/** Serves the description of the API and the page that shows it. Thread-safe. */
final class ApiRoutes implements Routes {
  private final ApiDocument document;
  private final SwaggerFiles files;

  @Inject
  ApiRoutes(ApiDocument document, SwaggerFiles files) {
    this.document = document;
    this.files = files;
  }

  @Override
  public void register(RouteTable routes) {
    routes.get(
        "/api/docs/openapi.json",
        ctx -> Reply.json(ctx, 200, DocumentCodec.tree(document.document())));
    routes.get("/api/docs", ctx -> serve(ctx, "index.html"));
    routes.get("/api/docs/assets/{file}", ctx -> serve(ctx, ctx.pathParam("file")));
  }

  private void serve(Context ctx, String name) {
    SwaggerFiles.Asset asset =
        files
            .find(name)
            .orElseThrow(() -> new NotFoundException("'" + name + "' is not part of this page"));
    ctx.contentType(asset.mediaType()).header("Cache-Control", "max-age=3600");
    ctx.result(asset.content());
  }
}
