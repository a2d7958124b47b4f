package dev.plinth.chassis.http;

import io.javalin.http.Context;
import tools.jackson.databind.JsonNode;

/** Writes answers. Holds nothing. */
public final class Reply {
  private Reply() {}

  /**
   * Answers with a document.
   *
   * @param ctx the request
   * @param status the HTTP status
   * @param document the tree to write
   */
  public static void json(Context ctx, int status, JsonNode document) {
    ctx.status(status).contentType("application/json").result(Json.write(document));
  }

  /**
   * Answers with a problem.
   *
   * @param ctx the request
   * @param problem what is wrong
   */
  public static void problem(Context ctx, Problem problem) {
    problem.headers().forEach(ctx::header);
    ctx.status(problem.status())
        .contentType(Problem.MEDIA_TYPE)
        .result(Json.write(problem.toJson()));
  }

  /**
   * Answers without a body.
   *
   * @param ctx the request
   */
  public static void nothing(Context ctx) {
    ctx.status(204);
  }
}
