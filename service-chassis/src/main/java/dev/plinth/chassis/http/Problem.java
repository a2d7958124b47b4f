package dev.plinth.chassis.http;

import static java.util.Objects.requireNonNull;

import dev.plinth.chassis.error.FieldError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An error as clients see it: a problem document of RFC 9457.
 *
 * <p>Immutable.
 *
 * @param status the HTTP status
 * @param code the end of the {@code type}, kebab-case; never changes
 * @param title the type in words
 * @param detail what happened this time
 * @param errors every field that is wrong; empty if none is
 * @param current the version that is there now, if that is what the request lost against
 * @param headers to send with it
 */
public record Problem(
    int status,
    String code,
    String title,
    String detail,
    List<FieldError> errors,
    Optional<String> current,
    Map<String, String> headers) {
  /** The media type of problem documents. */
  public static final String MEDIA_TYPE = "application/problem+json";

  /** What every type begins with. */
  public static final String TYPE_PREFIX = "urn:plinth:problem:";

  /** Copies the collections. */
  public Problem {
    requireNonNull(code, "code");
    requireNonNull(title, "title");
    requireNonNull(detail, "detail");
    errors = List.copyOf(errors);
    requireNonNull(current, "current");
    headers = Map.copyOf(headers);
  }

  /**
   * Returns a problem without particulars.
   *
   * @param status the HTTP status
   * @param code the end of the type
   * @param title the type in words
   * @param detail what happened this time
   * @return the problem
   */
  public static Problem of(int status, String code, String title, String detail) {
    return new Problem(status, code, title, detail, List.of(), Optional.empty(), Map.of());
  }

  /**
   * Returns this problem with a header.
   *
   * @param name of the header
   * @param value of the header
   * @return a copy
   */
  public Problem withHeader(String name, String value) {
    return new Problem(status, code, title, detail, errors, current, Map.of(name, value));
  }

  Problem withErrors(List<FieldError> wrong) {
    return new Problem(status, code, title, detail, wrong, current, headers);
  }

  Problem withCurrent(Optional<String> version) {
    return new Problem(status, code, title, detail, errors, version, headers);
  }

  /**
   * Returns the document.
   *
   * @return type, title, status, detail, and errors and current if there are any
   */
  public ObjectNode toJson() {
    ObjectNode document =
        Json.object()
            .put("type", TYPE_PREFIX + code)
            .put("title", title)
            .put("status", status)
            .put("detail", detail);
    if (!errors.isEmpty()) {
      ArrayNode list = document.putArray("errors");
      for (FieldError error : errors) {
        list.addObject().put("field", error.field()).put("message", error.message());
      }
    }
    current.ifPresent(version -> document.put("current", version));
    return document;
  }
}
