package dev.plinth.service.centro.job;

import static dev.plinth.service.centro.document.DocumentCodec.count;
import static dev.plinth.service.centro.document.DocumentCodec.decimal;
import static dev.plinth.service.centro.document.DocumentCodec.map;
import static dev.plinth.service.centro.document.DocumentCodec.number;
import static dev.plinth.service.centro.document.DocumentCodec.object;
import static dev.plinth.service.centro.document.DocumentCodec.objects;
import static dev.plinth.service.centro.document.DocumentCodec.optionalText;
import static dev.plinth.service.centro.document.DocumentCodec.optionalTime;
import static dev.plinth.service.centro.document.DocumentCodec.putMap;
import static dev.plinth.service.centro.document.DocumentCodec.putObjects;
import static dev.plinth.service.centro.document.DocumentCodec.putTime;
import static dev.plinth.service.centro.document.DocumentCodec.text;
import static dev.plinth.service.centro.document.DocumentCodec.texts;
import static dev.plinth.service.centro.document.DocumentCodec.time;

import dev.plinth.service.centro.document.DocumentCodec;
import dev.plinth.service.centro.document.UnreadableDocumentException;
import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The document of a job, and of what it needs, as JSON.
 *
 * <p>Immutable. A changed job is written over the document it was read from, so that members this
 * version does not know stay.
 */
public final class JobCodec {
  private final DocumentCodec documents;
  private final JobKeys keys;

  @Inject
  JobCodec(DocumentCodec documents, JobKeys keys) {
    this.documents = documents;
    this.keys = keys;
  }

  /**
   * Writes the document of a new job.
   *
   * @param job what it says
   * @return its bytes
   */
  public Bytes encode(Job job) {
    ObjectNode json = documents.begin();
    putSpec(json.putObject("job"), job);
    putProgress(json, job);
    return documents.write(json);
  }

  /**
   * Writes a changed job over its document.
   *
   * @param changed what it says now
   * @param before the version that was read
   * @return the bytes of the next version
   */
  public Bytes encode(Job changed, StoredJob before) {
    ObjectNode json;
    try {
      json = documents.read(before.entry().value());
    } catch (UnreadableDocumentException impossible) {
      throw new IllegalStateException("was read before: " + before.entry().key(), impossible);
    }
    putProgress(json, changed);
    return documents.write(json);
  }

  /**
   * Reads the document of a job.
   *
   * @param entry the version to read
   * @return what it says
   * @throws UnreadableDocumentException if it is not the document of a job, or of another job, or
   *     of one that belongs elsewhere
   */
  public StoredJob decode(Entry entry) throws UnreadableDocumentException {
    ObjectNode json = documents.read(entry.value());
    ObjectNode asked = object(json, "job");
    String word = text(json, "status");
    JobStatus status =
        JobStatus.ofWord(word)
            .orElseThrow(() -> new UnreadableDocumentException("status is unknown: " + word));
    List<Attempt> attempts = new ArrayList<>();
    for (ObjectNode one : objects(json, "attempts")) {
      attempts.add(
          new Attempt(
              count(one, "number"),
              nodeId(one),
              time(one, "reserved_at"),
              optionalTime(one, "ended_at"),
              optionalText(one, "result").orElse("")));
    }
    boolean isPlaced = json.has("sequence");
    Job job =
        new Job(
            jobId(asked),
            spec(asked),
            status,
            optionalText(json, "detail").orElse(""),
            count(json, "attempt"),
            isPlaced ? OptionalLong.of(number(json, "sequence")) : OptionalLong.empty(),
            json.has("node_id") ? Optional.of(nodeId(json)) : Optional.empty(),
            time(json, "submitted_at"),
            optionalTime(json, "claimed_at"),
            time(json, "updated_at"),
            optionalTime(json, "finished_at"),
            attempts);
    if (status.place() == JobStatus.Place.ACTIVE && (job.node().isEmpty() || !isPlaced)) {
      throw new UnreadableDocumentException("is active without node_id or sequence");
    }
    if (!keys.idOf(entry.key()).equals(Optional.of(job.id()))) {
      throw new UnreadableDocumentException("is the document of another job, " + job.id());
    }
    if (!keys.placeOf(entry.key()).equals(Optional.of(status.place()))) {
      throw new UnreadableDocumentException("is " + word + " and belongs elsewhere");
    }
    return new StoredJob(job, entry);
  }

  /**
   * Writes what a job needs.
   *
   * @param json the object to write into
   * @param resources what it needs
   */
  public static void putResources(ObjectNode json, Resources resources) {
    json.put("cpu", resources.cpu());
    json.put("memory_mb", resources.memoryMb());
    json.put("disk_mb", resources.diskMb());
  }

  /**
   * Reads what a job needs.
   *
   * @param json the object that {@link #putResources} wrote
   * @return what it needs
   * @throws UnreadableDocumentException if it is something else
   */
  public static Resources resources(ObjectNode json) throws UnreadableDocumentException {
    return new Resources(decimal(json, "cpu"), number(json, "memory_mb"), number(json, "disk_mb"));
  }

  /**
   * Describes a job for a reader of the API: what its document says, in one flat object.
   *
   * @param json the object to write into
   * @param job what to describe
   */
  public static void describe(ObjectNode json, Job job) {
    putSpec(json, job);
    putProgress(json, job);
  }

  private static void putSpec(ObjectNode json, Job job) {
    JobSpec spec = job.spec();
    json.put("job_id", job.id().value());
    json.put("name", spec.name());
    json.put("type", spec.type());
    ArrayNode datacenters = json.putArray("datacenters");
    spec.datacenters().names().forEach(datacenters::add);
    json.put("priority", spec.priority());
    putResources(json.putObject("resources"), spec.resources());
    putObjects(
        json,
        "tasks",
        spec.tasks(),
        (task, one) -> {
          one.put("name", task.name());
          one.put("driver", task.driver());
          ObjectNode config = one.putObject("config");
          config.put("image", task.image());
          putMap(config, "options", task.options());
          putMap(one, "env", task.env());
        });
    putMap(json, "meta", spec.meta());
  }

  private static void putProgress(ObjectNode json, Job job) {
    json.put("status", job.status().word());
    json.put("detail", job.detail());
    json.put("attempt", job.attempt());
    job.sequence().ifPresent(sequence -> json.put("sequence", sequence));
    job.node()
        .ifPresentOrElse(node -> json.put("node_id", node.value()), () -> json.remove("node_id"));
    json.put("submitted_at", job.submittedAt().toString());
    putTime(json, "claimed_at", job.claimedAt());
    json.put("updated_at", job.updatedAt().toString());
    putTime(json, "finished_at", job.finishedAt());
    putObjects(
        json,
        "attempts",
        job.attempts(),
        (attempt, one) -> {
          one.put("number", attempt.number());
          one.put("node_id", attempt.node().value());
          one.put("reserved_at", attempt.reservedAt().toString());
          putTime(one, "ended_at", attempt.endedAt());
          if (!attempt.result().isEmpty()) {
            one.put("result", attempt.result());
          }
        });
  }

  private static JobSpec spec(ObjectNode json) throws UnreadableDocumentException {
    List<Task> tasks = new ArrayList<>();
    for (ObjectNode one : objects(json, "tasks")) {
      ObjectNode config = object(one, "config");
      tasks.add(
          new Task(
              text(one, "name"),
              text(one, "driver"),
              optionalText(config, "image").orElse(""),
              map(config, "options"),
              map(one, "env")));
    }
    return new JobSpec(
        text(json, "name"),
        text(json, "type"),
        datacenters(json),
        count(json, "priority"),
        resources(object(json, "resources")),
        tasks,
        map(json, "meta"));
  }

  /** Other writers kept one text; both forms mean the same list. */
  private static Datacenters datacenters(ObjectNode json) throws UnreadableDocumentException {
    JsonNode value = json.path("datacenters");
    return value.isString()
        ? Datacenters.parse(value.stringValue())
        : Datacenters.of(texts(json, "datacenters"));
  }

  private static JobId jobId(ObjectNode json) throws UnreadableDocumentException {
    String text = text(json, "job_id");
    if (!JobId.isValid(text)) {
      throw new UnreadableDocumentException("job_id " + JobId.RULE);
    }
    return JobId.of(text);
  }

  private static NodeId nodeId(ObjectNode json) throws UnreadableDocumentException {
    String text = text(json, "node_id");
    if (!NodeId.isValid(text)) {
      throw new UnreadableDocumentException("node_id " + NodeId.RULE);
    }
    return NodeId.of(text);
  }
}
