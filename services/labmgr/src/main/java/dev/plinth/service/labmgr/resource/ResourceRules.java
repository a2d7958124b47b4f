package dev.plinth.service.labmgr.resource;

import dev.plinth.chassis.error.FieldError;
import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.document.Schema;
import dev.plinth.service.labmgr.document.Structure;
import dev.plinth.service.labmgr.resource.ResourceKind.Author;
import dev.plinth.spi.Revision;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What becomes of a resource when a user sends a document: who owns which part, what may change,
 * and which number rises when.
 *
 * <p>Users own the specification and their part of the metadata; controllers own the status, which
 * has a path of its own. Everything that is wrong is found before anything is refused.
 *
 * <p>Immutable.
 */
final class ResourceRules {
  private final ResourceKind kind;
  private final Structure request;

  ResourceRules(ResourceKind kind) {
    this.kind = kind;
    this.request = request(kind);
  }

  /** Returns what a request may say about a kind. */
  static Structure request(ResourceKind kind) {
    return Schema.structure("A " + kind.name() + ".")
        .optional(
            "apiVersion",
            Schema.text("The version of the model.").oneOf(List.of(LabResource.API_VERSION)))
        .optional("kind", Schema.text("The kind.").oneOf(List.of(kind.name())))
        .required("metadata", Metadata.SCHEMA)
        .optional("spec", kind.spec())
        .optional("status", kind.status());
  }

  /**
   * Makes a resource that is not there yet.
   *
   * @param namespace where the request was sent
   * @param body what was sent
   * @param uid the identity it gets
   * @param now when
   * @param errors what is wrong goes here
   * @return the resource, meaningless if there were errors
   */
  LabResource created(
      String namespace, Document body, String uid, Instant now, FieldErrors errors) {
    Document sent = body.withoutNulls().without("status");
    check(sent, errors);
    Document metadata = sent.child("metadata");
    checkName(namespace, metadata, errors);
    if (metadata.has("resourceVersion")) {
      errors.add("metadata.resourceVersion", "must not be set when creating");
    }
    Document spec = complete(sent, errors);
    Metadata fresh =
        new Metadata(
            new ResourceName(namespace, metadata.text("name").orElse("")),
            uid,
            now,
            1,
            Metadata.texts(metadata.child("labels")),
            Metadata.texts(metadata.child("annotations")),
            metadata.texts("finalizers"),
            Optional.empty(),
            Document.EMPTY);
    return new LabResource(
        kind.name(), fresh, spec, kind.firstStatus(now), Document.EMPTY, Revision.ZERO);
  }

  private static void checkName(String namespace, Document metadata, FieldErrors errors) {
    if (!metadata.has("name")) {
      errors.add("metadata.name", "is required");
    }
    if (!metadata.text("namespace").orElse(namespace).equals(namespace)) {
      errors.add("metadata.namespace", "must be '" + namespace + "', as in the path");
    }
  }

  /**
   * Changes what users own.
   *
   * @param before the resource as it is
   * @param body the whole document that was sent, or came of a patch
   * @param errors what is wrong goes here
   * @return the resource, meaningless if there were errors
   */
  LabResource changed(LabResource before, Document body, FieldErrors errors) {
    Document sent =
        request.withoutStrangersOf(body.withoutNulls().without("status"), before.stored());
    check(sent, errors);
    Document metadata = sent.child("metadata");
    checkSame(before, metadata, errors);
    Document spec = kind.spec().withStrangersOf(complete(sent, errors), before.spec());
    if (isClean("spec", errors)) {
      kind.checkSpecChange(before, spec, errors);
    }
    List<String> finalizers = metadata.texts("finalizers");
    if (before.metadata().isDeleting()) {
      finalizers.stream()
          .filter(each -> !before.metadata().finalizers().contains(each))
          .forEach(each ->
              errors.add(
                  "metadata.finalizers",
                  "'" + each + "' cannot be added while the resource is being deleted"));
    }
    Metadata next =
        before
            .metadata()
            .withUsersPart(
                Metadata.texts(metadata.child("labels")),
                Metadata.texts(metadata.child("annotations")),
                finalizers);
    if (!spec.equals(before.spec())) {
      next = next.withGeneration(before.metadata().generation() + 1);
    }
    return before.withMetadata(next).withSpec(spec);
  }

  /**
   * Changes what controllers report; the generation stays.
   *
   * @param before the resource as it is
   * @param body the whole document that was sent, or came of a patch
   * @param now when
   * @param errors what is wrong goes here
   * @return the resource, meaningless if there were errors
   */
  LabResource reported(LabResource before, Document body, Instant now, FieldErrors errors) {
    Document sent =
        request.withoutStrangersOf(
            body.withoutNulls().without("spec", "apiVersion", "kind"), before.stored());
    sent.value("metadata")
        .ifPresent(metadata -> Metadata.SCHEMA.check(metadata, "metadata", errors));
    checkSame(before, sent.child("metadata"), errors);
    sent.members().keySet().stream()
        .filter(name -> !request.members().containsKey(name))
        .forEach(name -> errors.add(name, "is not a known field"));
    sent.value("status")
        .ifPresentOrElse(
            status -> kind.status().check(status, "status", errors),
            () -> errors.add("status", "is required"));
    if (!errors.isEmpty()) {
      return before;
    }
    Document status = kind.status().withStrangersOf(sent.child("status"), before.status());
    return before.withStatus(kind.settle(before, status, Author.USER, now, errors));
  }

  private void check(Document sent, FieldErrors errors) {
    Map<String, Object> known = new LinkedHashMap<>();
    sent.members()
        .forEach((name, value) -> {
          if (value != null) {
            known.put(name, value);
          }
        });
    request.check(known, "", errors);
  }

  private Document complete(Document sent, FieldErrors errors) {
    Document spec = kind.spec().complete(sent.child("spec"));
    if (isClean("spec", errors)) {
      kind.checkSpec(spec, errors);
    }
    return spec;
  }

  private static boolean isClean(String path, FieldErrors errors) {
    return errors.list().stream()
        .map(FieldError::field)
        .noneMatch(field ->
            field.equals(path) || field.startsWith(path + ".") || field.startsWith(path + "["));
  }

  private static void checkSame(LabResource before, Document metadata, FieldErrors errors) {
    if (!metadata.text("name").orElse(before.name().name()).equals(before.name().name())) {
      errors.add("metadata.name", "must be '" + before.name().name() + "', as in the path");
    }
    String namespace = before.name().namespace();
    if (!metadata.text("namespace").orElse(namespace).equals(namespace)) {
      errors.add("metadata.namespace", "must be '" + namespace + "', as in the path");
    }
  }
}
