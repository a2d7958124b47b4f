package dev.plinth.service.labmgr.api;

import dev.plinth.service.labmgr.document.Schema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One operation of the HTTP API: what a route does, said beside the route.
 *
 * <p>Immutable.
 *
 * @param method GET, POST, PUT, PATCH or DELETE
 * @param path with parameters in braces
 * @param id unique within the document
 * @param tag the group it is shown in
 * @param summary one line
 * @param parameters in path and query
 * @param body what is sent, if anything
 * @param replies by status code
 */
public record ApiOperation(
    String method,
    String path,
    String id,
    String tag,
    String summary,
    List<Parameter> parameters,
    Optional<Body> body,
    Map<Integer, Reply> replies) {

  /**
   * A parameter.
   *
   * @param in path or query
   * @param name its name
   * @param schema what it may be
   * @param description for people
   */
  public record Parameter(String in, String name, Schema schema, String description) {}

  /**
   * What is sent.
   *
   * @param mediaType its type
   * @param schema the name of a schema of the document
   * @param example how it may look
   * @param required whether it must be there
   */
  public record Body(String mediaType, String schema, Map<String, ?> example, boolean required) {}

  /**
   * What is answered.
   *
   * @param description for people
   * @param content names of schemas of the document by media type; none for no body
   */
  public record Reply(String description, Map<String, String> content) {
    /** Copies the map, keeping its order. */
    public Reply {
      content = Collections.unmodifiableMap(new LinkedHashMap<>(content));
    }
  }

  /** Copies the collections. */
  public ApiOperation {
    parameters = List.copyOf(parameters);
    replies = Collections.unmodifiableMap(new LinkedHashMap<>(replies));
  }

  /** Returns an operation that takes and answers nothing yet. */
  public static ApiOperation of(String method, String path, String id, String tag, String summary) {
    return new ApiOperation(method, path, id, tag, summary, List.of(), Optional.empty(), Map.of());
  }

  /** Adds a parameter in the path. */
  public ApiOperation inPath(String name, Schema schema, String description) {
    return with(new Parameter("path", name, schema, description));
  }

  /** Adds a parameter in the query. */
  public ApiOperation inQuery(String name, Schema schema, String description) {
    return with(new Parameter("query", name, schema, description));
  }

  private ApiOperation with(Parameter parameter) {
    List<Parameter> more = new ArrayList<>(parameters);
    more.add(parameter);
    return new ApiOperation(method, path, id, tag, summary, more, body, replies);
  }

  /** Says what is sent. */
  public ApiOperation taking(Body sent) {
    return new ApiOperation(method, path, id, tag, summary, parameters, Optional.of(sent), replies);
  }

  /** Adds an answer. */
  public ApiOperation answering(int status, Reply reply) {
    Map<Integer, Reply> more = new LinkedHashMap<>(replies);
    more.put(status, reply);
    return new ApiOperation(method, path, id, tag, summary, parameters, body, more);
  }

  /** Adds refusals, which are all problems of one form. */
  public ApiOperation refusing(int... statuses) {
    ApiOperation result = this;
    for (int status : statuses) {
      result =
          result.answering(
              status, new Reply(meaning(status), Map.of("application/problem+json", "Problem")));
    }
    return result;
  }

  private static String meaning(int status) {
    return switch (status) {
      case 400 -> "The request is wrong; every wrong field is named.";
      case 404 -> "There is no such resource.";
      case 409 -> "It exists already, or it is not the version or identity that was named.";
      case 410 -> "The history that was asked for is no longer known: list again.";
      case 413 -> "The body is larger than 1 MiB.";
      case 415 -> "The body is of another type than the operation takes.";
      case 503 -> "The store cannot be reached; nothing was done.";
      case 504 -> "The store did not answer in time; the change may have been made.";
      default -> "The request was not done.";
    };
  }
}
