package dev.plinth.service.labmgr.resource;

import dev.plinth.chassis.error.FieldError;
import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.chassis.error.RefusalException;
import dev.plinth.chassis.error.ValidationException;
import dev.plinth.chassis.http.JsonReader;
import dev.plinth.chassis.http.Reply;
import dev.plinth.chassis.http.RequestBody;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.service.labmgr.api.ApiDescription;
import dev.plinth.service.labmgr.api.ApiOperation;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.document.DocumentCodec;
import dev.plinth.service.labmgr.resource.ResourceOperations.Verb;
import dev.plinth.service.labmgr.resource.Resources.Part;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The HTTP API of every kind. Thread-safe. */
final class ResourceRoutes implements Routes, ApiDescription {
  private final Resources resources;
  private final WatchRoutes watches;
  private final List<ResourceKind> kinds;

  @Inject
  ResourceRoutes(Resources resources, WatchRoutes watches, Set<ResourceKind> kinds) {
    this.resources = resources;
    this.watches = watches;
    this.kinds = List.copyOf(kinds);
  }

  /** What comes after the reading of a request: changes something unless it only checks. */
  private interface UseCase {
    LabResource run(boolean dryRun);
  }

  @Override
  public List<ApiOperation> operations() {
    List<ApiOperation> operations = new ArrayList<>();
    for (ResourceKind kind : kinds) {
      for (boolean namespaced : List.of(true, false)) {
        ResourceOperations of = new ResourceOperations(kind, namespaced);
        for (Verb verb : Verb.values()) {
          operations.add(of.describe(verb));
        }
      }
    }
    return operations;
  }

  @Override
  public Map<String, Map<String, Object>> schemas() {
    Map<String, Map<String, Object>> schemas = new LinkedHashMap<>();
    kinds.forEach(kind -> schemas.putAll(new ResourceOperations(kind, true).schemas()));
    return schemas;
  }

  @Override
  public void register(RouteTable table) {
    for (ResourceKind kind : kinds) {
      for (boolean namespaced : List.of(true, false)) {
        ResourceOperations of = new ResourceOperations(kind, namespaced);
        for (Verb verb : Verb.values()) {
          register(table, kind, verb, of.describe(verb).path());
        }
      }
    }
  }

  private void register(RouteTable table, ResourceKind kind, Verb verb, String path) {
    switch (verb) {
      case LIST -> table.get(path, ctx -> list(kind, ctx));
      case FOLLOW -> table.events(path, ctx -> watches.events(kind, ctx));
      case CREATE -> table.post(path, ctx -> create(kind, ctx));
      case READ, READ_STATUS -> table.get(path, ctx -> read(kind, ctx));
      case REPLACE -> table.put(path, replacing(kind, Part.SPEC));
      case PATCH -> table.patch(path, patching(kind, Part.SPEC));
      case DELETE -> table.delete(path, ctx -> delete(kind, ctx));
      case REPLACE_STATUS -> table.put(path, replacing(kind, Part.STATUS));
      case PATCH_STATUS -> table.patch(path, patching(kind, Part.STATUS));
    }
  }

  private void list(ResourceKind kind, Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    if (request.queryFlag("watch", false)) {
      watches.lines(kind, ctx, request);
      return;
    }
    String namespace = namespace(ctx, request);
    Selector selector = selector(kind, request);
    int limit = (int) request.queryNumber("limit", 1, ListQuery.MOST).orElse(ListQuery.USUAL_LIMIT);
    Optional<String> next = request.query("continue");
    request.finish();
    ResourcePage page = resources.list(kind, new ListQuery(namespace, selector, limit, next));
    answer(ctx, 200, ResourceDocuments.list(kind, page));
  }

  private void create(ResourceKind kind, Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    Document body = DocumentCodec.read(RequestBody.json(ctx));
    String namespace = namespace(ctx, request);
    LabResource created =
        checked(request, dryRun -> resources.create(kind, namespace, body, dryRun));
    answer(ctx, 201, created.document());
  }

  private void read(ResourceKind kind, Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    ResourceName name = name(ctx, request);
    request.finish();
    answer(ctx, 200, resources.get(kind, name).document());
  }

  private Handler replacing(ResourceKind kind, Part part) {
    return ctx -> {
      Document body = DocumentCodec.read(RequestBody.json(ctx));
      change(kind, part, ctx, body, before -> body);
    };
  }

  private Handler patching(ResourceKind kind, Part part) {
    return ctx -> {
      Document patch =
          DocumentCodec.read(RequestBody.read(ctx, List.of(ResourceOperations.MERGE_PATCH)));
      change(kind, part, ctx, patch, before -> before.merge(patch));
    };
  }

  private void change(
      ResourceKind kind, Part part, Context ctx, Document sent, UnaryOperator<Document> change) {
    RequestReader request = RequestReader.of(ctx);
    ResourceName name = name(ctx, request);
    Document metadata = sent.child("metadata");
    Preconditions preconditions =
        new Preconditions(metadata.text("uid"), metadata.text("resourceVersion"));
    LabResource changed =
        checked(
            request, dryRun -> resources.change(kind, name, part, change, preconditions, dryRun));
    answer(ctx, 200, changed.document());
  }

  private void delete(ResourceKind kind, Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    ResourceName name = name(ctx, request);
    JsonReader body = request.optionalBody();
    Optional<JsonReader> sent = body.optionalObject("preconditions");
    Preconditions preconditions =
        new Preconditions(
            sent.flatMap(reader -> reader.optionalString("uid")).or(() -> request.query("uid")),
            sent.flatMap(reader -> reader.optionalString("resourceVersion"))
                .or(() -> request.query("resourceVersion")));
    request.query("uid");
    request.query("resourceVersion");
    LabResource deleted =
        checked(request, dryRun -> resources.delete(kind, name, preconditions, dryRun));
    answer(ctx, 200, deleted.document());
  }

  /**
   * Runs a use case, or says everything that is wrong: with the parameters, and with what the use
   * case would have found.
   */
  private static LabResource checked(RequestReader request, UseCase useCase) {
    boolean dryRun = dryRun(request);
    List<FieldError> wrong = new ArrayList<>();
    try {
      request.finish();
    } catch (ValidationException parameters) {
      wrong.addAll(parameters.errors());
    }
    if (wrong.isEmpty()) {
      return useCase.run(dryRun);
    }
    try {
      useCase.run(true);
    } catch (ValidationException body) {
      wrong.addAll(body.errors());
    } catch (RefusalException | StoreException other) {
      // the parameters alone are reason enough
    }
    throw new ValidationException(wrong);
  }

  private static boolean dryRun(RequestReader request) {
    Optional<String> text = request.query("dryRun");
    text.filter(Predicate.not("All"::equals))
        .ifPresent(other -> request.reject("dryRun", "must be All"));
    return text.isPresent();
  }

  static String namespace(Context ctx, RequestReader request) {
    return ctx.pathParamMap().containsKey("namespace")
        ? dnsLabel(ctx, request, "namespace")
        : ResourceName.DEFAULT_NAMESPACE;
  }

  private static ResourceName name(Context ctx, RequestReader request) {
    return new ResourceName(namespace(ctx, request), dnsLabel(ctx, request, "name"));
  }

  /** A stand-in takes the place of what is no name: it is refused before anything is done. */
  private static String dnsLabel(Context ctx, RequestReader request, String parameter) {
    String text = ctx.pathParam(parameter);
    if (ResourceName.isName(text)) {
      return text;
    }
    request.reject(parameter, "must be " + ResourceName.DNS_LABEL_IN_WORDS);
    return "x";
  }

  static Selector selector(ResourceKind kind, RequestReader request) {
    FieldErrors errors = new FieldErrors();
    Selector selector =
        Selector.parse(
            kind,
            request.query("labelSelector").orElse(""),
            request.query("fieldSelector").orElse(""),
            errors);
    errors.list().forEach(error -> request.reject(error.field(), error.message()));
    return selector;
  }

  /** Reads which version a client has seen; nothing or 0 for none. */
  static Optional<Revision> seen(RequestReader request) {
    Optional<String> text = request.query("resourceVersion");
    if (text.isEmpty() || text.get().equals("0") || text.get().isEmpty()) {
      return Optional.empty();
    }
    if (!text.get().matches("[1-9][0-9]{0,17}")) {
      request.reject("resourceVersion", "must be a version that this API gave out");
      return Optional.empty();
    }
    return Optional.of(Revision.of(Long.parseLong(text.get())));
  }

  private static void answer(Context ctx, int status, Document document) {
    Reply.json(ctx, status, DocumentCodec.tree(document));
  }
}
