package dev.plinth.service.labmgr.resource;

import static java.util.Objects.requireNonNull;

import dev.plinth.chassis.error.FieldError;
import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Revision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One version of a resource: what users want of it, and what controllers report.
 *
 * <p>Immutable.
 *
 * @param kind what it is
 * @param metadata what it says about itself
 * @param spec what users want
 * @param status what controllers report
 * @param others what is stored beside these and not known here
 * @param revision the store's revision of this version; zero before it is stored
 */
public record LabResource(
    String kind,
    Metadata metadata,
    Document spec,
    Document status,
    Document others,
    Revision revision)
    implements Stored {
  /** The API version of everything here. */
  public static final String API_VERSION = "lab.plinth.dev/v1";

  private static final List<String> KNOWN =
      List.of("apiVersion", "kind", "metadata", "spec", "status");

  /** Checks that nothing is null. */
  public LabResource {
    requireNonNull(kind, "kind");
    requireNonNull(metadata, "metadata");
    requireNonNull(spec, "spec");
    requireNonNull(status, "status");
    requireNonNull(others, "others");
    requireNonNull(revision, "revision");
  }

  /**
   * Reads what is stored.
   *
   * @param kind what is stored there
   * @param name where it is stored
   * @param value the value as JSON
   * @param entry the version
   * @return the resource, or why it is none
   */
  static Stored read(String kind, ResourceName name, Document value, Entry entry) {
    FieldErrors errors = new FieldErrors();
    for (String part : List.of("metadata", "spec", "status")) {
      if (value.has(part) && !(value.members().get(part) instanceof Map)) {
        errors.add(part, "must be an object");
      }
    }
    if (!value.text("kind").orElse(kind).equals(kind)) {
      errors.add("kind", "must be " + kind);
    }
    Metadata metadata = Metadata.read(name, value.child("metadata"), entry, errors);
    if (!errors.isEmpty()) {
      return new Unreadable(
          name,
          entry.modified(),
          errors.list().stream().map(LabResource::inWords).collect(Collectors.joining("; ")));
    }
    return new LabResource(
        kind,
        metadata,
        value.child("spec"),
        value.child("status"),
        value.without(KNOWN.toArray(String[]::new)),
        entry.modified());
  }

  private static String inWords(FieldError error) {
    return error.field() + " " + error.message();
  }

  /** Returns what is stored: everything but the version, which is the store's. */
  Document stored() {
    return document(metadata.stored());
  }

  /** Returns what users see. */
  public Document document() {
    Document shown = metadata.stored();
    if (revision.value() > 0) {
      shown = shown.with("resourceVersion", revision.toString());
    }
    return document(shown);
  }

  private Document document(Document meta) {
    Document document =
        Document.EMPTY
            .with("apiVersion", API_VERSION)
            .with("kind", kind)
            .with("metadata", meta)
            .with("spec", spec)
            .with("status", status);
    for (Map.Entry<String, ?> other : others.members().entrySet()) {
      document = document.with(other.getKey(), Optional.ofNullable(other.getValue()));
    }
    return document;
  }

  @Override
  public ResourceName name() {
    return metadata.name();
  }

  /** Says whether another version says the same. */
  boolean saysTheSameAs(LabResource other) {
    return stored().equals(other.stored());
  }

  /** Says whether it may disappear. */
  boolean isFinished() {
    return metadata.isDeleting() && metadata.finalizers().isEmpty();
  }

  /** Returns the same with this metadata. */
  public LabResource withMetadata(Metadata next) {
    return new LabResource(kind, next, spec, status, others, revision);
  }

  /** Returns the same with this specification. */
  LabResource withSpec(Document next) {
    return new LabResource(kind, metadata, next, status, others, revision);
  }

  /** Returns the same with this status. */
  public LabResource withStatus(Document next) {
    return new LabResource(kind, metadata, spec, next, others, revision);
  }

  /** Returns the same as of a revision. */
  LabResource at(Revision when) {
    return new LabResource(kind, metadata, spec, status, others, when);
  }
}
