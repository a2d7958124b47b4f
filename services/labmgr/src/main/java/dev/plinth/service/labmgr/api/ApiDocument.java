package dev.plinth.service.labmgr.api;

import dev.plinth.service.labmgr.document.Document;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The OpenAPI 3 document of all contributions.
 *
 * <p>Immutable.
 */
final class ApiDocument {
  private final Document document;

  @Inject
  ApiDocument(Set<ApiDescription> contributions) {
    Map<String, Map<String, Object>> paths = new TreeMap<>();
    Map<String, Object> schemas = new TreeMap<>();
    schemas.put("Problem", problem());
    for (ApiDescription contribution : contributions) {
      schemas.putAll(contribution.schemas());
      for (ApiOperation operation : contribution.operations()) {
        paths
            .computeIfAbsent(operation.path(), path -> new LinkedHashMap<>())
            .put(operation.method().toLowerCase(Locale.ROOT), describe(operation));
      }
    }
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("openapi", "3.0.3");
    root.put(
        "info",
        Map.of(
            "title",
            "Plinth lab manager",
            "version",
            "v1",
            "description",
            "Lab resources as documents: users say what they want, controllers report what is."));
    root.put("paths", paths);
    root.put("components", Map.of("schemas", schemas));
    document = Document.of(root);
  }

  /** Returns the whole document. */
  Document document() {
    return document;
  }

  private static Map<String, Object> describe(ApiOperation operation) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("operationId", operation.id());
    described.put("tags", List.of(operation.tag()));
    described.put("summary", operation.summary());
    List<Map<String, Object>> parameters = new ArrayList<>();
    for (ApiOperation.Parameter parameter : operation.parameters()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("name", parameter.name());
      each.put("in", parameter.in());
      each.put("description", parameter.description());
      each.put("required", parameter.in().equals("path"));
      each.put("schema", parameter.schema().describe());
      parameters.add(each);
    }
    if (!parameters.isEmpty()) {
      described.put("parameters", parameters);
    }
    operation
        .body()
        .ifPresent(body ->
            described.put(
                "requestBody",
                Map.of(
                    "required",
                    body.required(),
                    "content",
                    Map.of(
                        body.mediaType(),
                        Map.of("schema", reference(body.schema()), "example", body.example())))));
    Map<String, Object> replies = new LinkedHashMap<>();
    operation
        .replies()
        .forEach((status, reply) -> replies.put(String.valueOf(status), describe(reply)));
    described.put("responses", replies);
    return described;
  }

  private static Map<String, Object> describe(ApiOperation.Reply reply) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("description", reply.description());
    Map<String, Object> content = new LinkedHashMap<>();
    reply
        .content()
        .forEach((type, schema) -> content.put(type, Map.of("schema", reference(schema))));
    if (!content.isEmpty()) {
      described.put("content", content);
    }
    return described;
  }

  private static Map<String, Object> reference(String schema) {
    return Map.of("$ref", "#/components/schemas/" + schema);
  }

  private static Map<String, Object> problem() {
    Map<String, Object> text = Map.of("type", "string");
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("type", text);
    properties.put("title", text);
    properties.put("status", Map.of("type", "integer"));
    properties.put("detail", text);
    properties.put(
        "errors",
        Map.of(
            "type",
            "array",
            "items",
            Map.of("type", "object", "properties", Map.of("field", text, "message", text))));
    return Map.of(
        "type",
        "object",
        "description",
        "Why a request was not done (RFC 9457).",
        "properties",
        properties);
  }
}
