package dev.plinth.service.labmgr.resource;

import dev.plinth.service.labmgr.api.ApiOperation;
import dev.plinth.service.labmgr.api.ApiOperation.Body;
import dev.plinth.service.labmgr.api.ApiOperation.Reply;
import dev.plinth.service.labmgr.document.Schema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The operations on resources of one kind, as they are described and registered: each once below
 * {@code /api/v1/namespaces/{namespace}}, and once without a namespace for namespace default.
 *
 * <p>Immutable.
 */
final class ResourceOperations {
  static final String JSON = "application/json";
  static final String MERGE_PATCH = "application/merge-patch+json";
  static final String EVENTS = "text/event-stream";

  private static final Schema.Text NAME =
      Schema.text("A name.")
          .atMost(63)
          .matching(ResourceName.DNS_LABEL, ResourceName.DNS_LABEL_IN_WORDS);
  private static final Schema.Text ANY = Schema.text("A text.").atMost(4096);
  private static final String SINCE =
      "Follow from behind this version; left out, what is there is told first.";
  private static final Schema.Text DRY_RUN = Schema.text("All, or left out.").oneOf(List.of("All"));

  private final ResourceKind kind;
  private final boolean namespaced;

  ResourceOperations(ResourceKind kind, boolean namespaced) {
    this.kind = kind;
    this.namespaced = namespaced;
  }

  /** What a route does. */
  enum Verb {
    LIST,
    FOLLOW,
    CREATE,
    READ,
    REPLACE,
    PATCH,
    DELETE,
    READ_STATUS,
    REPLACE_STATUS,
    PATCH_STATUS
  }

  ApiOperation describe(Verb verb) {
    return switch (verb) {
      case LIST -> list();
      case FOLLOW -> follow();
      case CREATE ->
          dryRun(collection("POST", "create", "Create a resource, never over another one."))
              .taking(new Body(JSON, kind.name(), example(), true))
              .answering(201, one("It was created; with dryRun, it would be."))
              .refusing(400, 409, 413, 415, 503, 504);
      case READ ->
          item("GET", "", "read", "Read a resource.")
              .answering(200, one("The resource."))
              .refusing(400, 404, 503);
      case REPLACE ->
          changing(item("PUT", "", "replace", "Replace the specification and the metadata."))
              .taking(new Body(JSON, kind.name(), example(), true));
      case PATCH ->
          changing(item("PATCH", "", "patch", "Change the specification and the metadata."))
              .taking(new Body(MERGE_PATCH, "MergePatch", labelPatch(), true));
      case DELETE -> delete();
      case READ_STATUS ->
          item("GET", "/status", "readStatus", "Read a resource with its status.")
              .answering(200, one("The resource."))
              .refusing(400, 404, 503);
      case REPLACE_STATUS ->
          changing(item("PUT", "/status", "replaceStatus", "Replace the status."))
              .taking(new Body(JSON, kind.name(), statusExample(), true));
      case PATCH_STATUS ->
          changing(item("PATCH", "/status", "patchStatus", "Change the status."))
              .taking(new Body(MERGE_PATCH, "MergePatch", statusExample(), true));
    };
  }

  private ApiOperation list() {
    return selecting(collection("GET", "list", "List resources; with watch=true, follow them."))
        .inQuery(
            "limit",
            Schema.whole("Items on a page.", 1, ListQuery.MOST).orElse(ListQuery.USUAL_LIMIT),
            "Items on a page.")
        .inQuery("continue", ANY, "The token of the page before.")
        .inQuery(
            "watch",
            Schema.flag("Whether to follow.").orElse(false),
            "Follow: one JSON event on each line, ADDED, MODIFIED, DELETED, INVALID or BOOKMARK.")
        .inQuery("resourceVersion", ANY, SINCE)
        .inQuery(
            "sendInitialEvents",
            Schema.flag("Whether to tell what is there.").orElse(false),
            "With watch=true: what is there is told first, whatever the version.")
        .inQuery(
            "allowWatchBookmarks",
            Schema.flag("Has no effect.").orElse(true),
            "Bookmarks are always sent.")
        .answering(
            200,
            new Reply(
                "A page; with watch=true, events until the client goes away.",
                Map.of(JSON, kind.name() + "List")))
        .refusing(400, 410, 503);
  }

  private ApiOperation follow() {
    return selecting(
            operation("GET", "/watch", "", "follow", "Follow resources as server-sent events."))
        .inQuery("resourceVersion", ANY, SINCE)
        .inQuery(
            "from",
            Schema.whole("A version.", 1, Long.MAX_VALUE),
            "The first version told; the header Last-Event-ID names the last one seen.")
        .answering(
            200,
            new Reply("Events until the client goes away.", Map.of(EVENTS, kind.name() + "Event")))
        .refusing(400, 410, 503);
  }

  private ApiOperation selecting(ApiOperation operation) {
    return operation
        .inQuery("labelSelector", ANY, "Such as track=a,zone in (b,c),!old.")
        .inQuery(
            "fieldSelector",
            ANY,
            "a=b or a!=b for: " + String.join(", ", Selector.fieldNames(kind)) + ".");
  }

  private ApiOperation delete() {
    return dryRun(item("DELETE", "", "delete", "Ask for the end of a resource."))
        .inQuery("uid", ANY, "Only the resource of this identity.")
        .inQuery("resourceVersion", ANY, "Only this version.")
        .answering(
            200, one("Its last state, or the resource marked until its finalizers are done."))
        .refusing(400, 404, 409, 503, 504);
  }

  private ApiOperation changing(ApiOperation operation) {
    return dryRun(operation)
        .answering(200, one("The resource as it is now; with dryRun, as it would be."))
        .refusing(400, 404, 409, 413, 415, 503, 504);
  }

  private static ApiOperation dryRun(ApiOperation operation) {
    return operation.inQuery("dryRun", DRY_RUN, "Check everything, change nothing.");
  }

  private Reply one(String description) {
    return new Reply(description, Map.of(JSON, kind.name()));
  }

  private ApiOperation collection(String method, String verb, String summary) {
    return operation(method, "", "", verb, summary);
  }

  private ApiOperation item(String method, String rest, String verb, String summary) {
    return operation(method, "", "/{name}" + rest, verb, summary)
        .inPath("name", NAME, "The name of the resource.");
  }

  private ApiOperation operation(
      String method, String area, String rest, String verb, String summary) {
    String scope = namespaced ? "/namespaces/{namespace}" : "";
    String path = "/api/v1" + area + scope + "/" + kind.plural() + rest;
    String id = verb + (namespaced ? "Namespaced" : "") + kind.name();
    ApiOperation operation = ApiOperation.of(method, path, id, kind.name(), summary);
    return namespaced ? operation.inPath("namespace", NAME, "The namespace.") : operation;
  }

  private Map<String, ?> example() {
    Map<String, Object> example = new LinkedHashMap<>();
    example.put("apiVersion", LabResource.API_VERSION);
    example.put("kind", kind.name());
    example.put("metadata", Map.of("name", "worker-001", "labels", Map.of("track", "cs-101")));
    example.put("spec", kind.exampleSpec().members());
    return example;
  }

  private static Map<String, ?> labelPatch() {
    return Map.of("metadata", Map.of("labels", Map.of("track", "cs-102")));
  }

  private static Map<String, ?> statusExample() {
    return Map.of("status", Map.of("errorMessage", "seen by hand"));
  }

  /** Returns the schemas that the operations name. */
  Map<String, Map<String, Object>> schemas() {
    Map<String, Object> reference = Map.of("$ref", "#/components/schemas/" + kind.name());
    Map<String, Object> text = Map.of("type", "string");
    Map<String, Map<String, Object>> schemas = new LinkedHashMap<>();
    schemas.put(kind.name(), ResourceRules.request(kind).describe());
    schemas.put(
        "MergePatch",
        Map.of(
            "type",
            "object",
            "description",
            "What changes (RFC 7386): null removes, objects merge, everything else replaces."));
    schemas.put(
        kind.name() + "List",
        Map.of(
            "type",
            "object",
            "properties",
            Map.of(
                "apiVersion",
                text,
                "kind",
                text,
                "metadata",
                Map.of(
                    "type",
                    "object",
                    "properties",
                    Map.of(
                        "resourceVersion",
                        text,
                        "continue",
                        text,
                        "remainingItemCount",
                        Map.of("type", "integer"),
                        "invalid",
                        Map.of("type", "array", "items", Map.of("type", "object")))),
                "items",
                Map.of("type", "array", "items", reference))));
    schemas.put(
        kind.name() + "Event",
        Map.of("type", "object", "properties", Map.of("type", text, "object", reference)));
    return schemas;
  }
}
