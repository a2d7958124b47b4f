package dev.plinth.service.labmgr.resource;

import static java.util.Objects.requireNonNull;

import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.document.Schema;
import dev.plinth.service.labmgr.document.Structure;
import dev.plinth.spi.Entry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What every resource says about itself.
 *
 * <p>Immutable.
 *
 * @param name what it is called
 * @param uid tells it from a namesake that comes later
 * @param created when
 * @param generation 1, and one more with each change of the specification
 * @param labels what selectors look at
 * @param annotations what users note
 * @param finalizers who has to finish before the resource may disappear
 * @param deleted when its deletion was asked for
 * @param others what is stored beside these and not known here
 */
public record Metadata(
    ResourceName name,
    String uid,
    Instant created,
    long generation,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<String> finalizers,
    Optional<Instant> deleted,
    Document others) {

  private static final String QUALIFIED_NAME =
      "([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

  private static final Schema.Text LABEL_KEY =
      Schema.text("A qualified name.")
          .atMost(317)
          .matching(
              QUALIFIED_NAME,
              "at most 63 letters, digits, '-', '_' and '.', optionally behind a domain and '/'");

  private static final Schema.Text LABEL_VALUE =
      Schema.text("A label's value.")
          .matching(
              "([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?",
              "empty, or at most 63 letters, digits, '-', '_' and '.', beginning and ending with a"
                  + " letter or digit");

  /** What requests may say. */
  public static final Structure SCHEMA =
      Schema.structure("What every resource says about itself.")
          .optional(
              "name",
              Schema.text("Unique within the namespace; never changes.")
                  .atMost(63)
                  .matching(ResourceName.DNS_LABEL, ResourceName.DNS_LABEL_IN_WORDS))
          .optional(
              "namespace",
              Schema.text("The namespace; never changes.")
                  .atMost(63)
                  .matching(ResourceName.DNS_LABEL, ResourceName.DNS_LABEL_IN_WORDS))
          .optional("labels", Schema.dictionary("What selectors look at.", LABEL_KEY, LABEL_VALUE))
          .optional(
              "annotations",
              Schema.dictionary(
                  "What users note.", LABEL_KEY, Schema.text("Any text.").atMost(65_536)))
          .optional(
              "finalizers",
              Schema.list(
                  "Who has to finish before the resource disappears; none can be added while it is"
                      + " being deleted.",
                  LABEL_KEY,
                  32))
          .optional("uid", Schema.text("Given by the server; in a request, a precondition."))
          .optional(
              "resourceVersion",
              Schema.text("Opaque, given by the server; in a request, a precondition."))
          .optional(
              "generation",
              Schema.whole(
                  "1, and one more with each change of the specification; given by the server.",
                  0,
                  Long.MAX_VALUE))
          .optional("creationTimestamp", Schema.time("Given by the server."))
          .optional("deletionTimestamp", Schema.time("Given by the server."));

  /** Copies the collections. */
  public Metadata {
    requireNonNull(name, "name");
    requireNonNull(uid, "uid");
    requireNonNull(created, "created");
    labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    annotations = Collections.unmodifiableMap(new TreeMap<>(annotations));
    finalizers = List.copyOf(finalizers);
    requireNonNull(deleted, "deleted");
    requireNonNull(others, "others");
  }

  /**
   * Reads stored metadata. What a document written by hand leaves out is filled in, the same for
   * every reader: the uid from the key's creation, the generation with 1.
   *
   * @param name what the key says, which outranks the value
   * @param stored what the value says
   * @param entry the version it was read from
   * @param errors what makes it unreadable goes here
   * @return the metadata, meaningless if there were errors
   */
  static Metadata read(ResourceName name, Document stored, Entry entry, FieldErrors errors) {
    Document known = stored;
    for (String each : stored.members().keySet()) {
      if (!SCHEMA.members().containsKey(each)) {
        known = known.without(each);
      }
    }
    SCHEMA.check(known.withoutNulls().members(), "metadata", errors);
    if (!errors.isEmpty()) {
      known = Document.EMPTY;
    }
    Document others = stored;
    for (String each : SCHEMA.members().keySet()) {
      others = others.without(each);
    }
    String fallback = name + "@" + entry.created();
    return new Metadata(
        name,
        known
            .text("uid")
            .orElseGet(
                () -> UUID.nameUUIDFromBytes(fallback.getBytes(StandardCharsets.UTF_8)).toString()),
        known.text("creationTimestamp").map(Instant::parse).orElse(Instant.EPOCH),
        Math.max(1, known.number("generation", 1)),
        texts(known.child("labels")),
        texts(known.child("annotations")),
        known.texts("finalizers"),
        known.text("deletionTimestamp").map(Instant::parse),
        others);
  }

  /** Returns the members of a document that are texts. */
  static Map<String, String> texts(Document document) {
    Map<String, String> texts = new TreeMap<>();
    document.members().keySet().forEach(k -> document.text(k).ifPresent(v -> texts.put(k, v)));
    return texts;
  }

  /** Returns what is stored. */
  Document stored() {
    Document document =
        Document.EMPTY
            .with("name", name.name())
            .with("namespace", name.namespace())
            .with("uid", uid)
            .with("creationTimestamp", created.toString())
            .with("generation", generation);
    if (!labels.isEmpty()) {
      document = document.with("labels", labels);
    }
    if (!annotations.isEmpty()) {
      document = document.with("annotations", annotations);
    }
    if (!finalizers.isEmpty()) {
      document = document.with("finalizers", finalizers);
    }
    document = document.with("deletionTimestamp", deleted.map(Instant::toString));
    for (Map.Entry<String, ?> other : others.members().entrySet()) {
      document = document.with(other.getKey(), Optional.ofNullable(other.getValue()));
    }
    return document;
  }

  /** Says whether deletion was asked for. */
  public boolean isDeleting() {
    return deleted.isPresent();
  }

  /** Returns the same with this generation. */
  public Metadata withGeneration(long next) {
    return new Metadata(name, uid, created, next, labels, annotations, finalizers, deleted, others);
  }

  /** Returns the same with these finalizers. */
  public Metadata withFinalizers(List<String> next) {
    return new Metadata(name, uid, created, generation, labels, annotations, next, deleted, others);
  }

  /** Returns the same, being deleted. */
  public Metadata withDeleted(Instant when) {
    return new Metadata(
        name, uid, created, generation, labels, annotations, finalizers, Optional.of(when), others);
  }

  /** Returns the same with what a user may say about a resource. */
  Metadata withUsersPart(
      Map<String, String> newLabels, Map<String, String> newAnnotations, List<String> next) {
    return new Metadata(
        name, uid, created, generation, newLabels, newAnnotations, next, deleted, others);
  }
}
