package dev.plinth.service.centro.node;

import static dev.plinth.service.centro.document.DocumentCodec.count;
import static dev.plinth.service.centro.document.DocumentCodec.decimal;
import static dev.plinth.service.centro.document.DocumentCodec.map;
import static dev.plinth.service.centro.document.DocumentCodec.number;
import static dev.plinth.service.centro.document.DocumentCodec.object;
import static dev.plinth.service.centro.document.DocumentCodec.putMap;
import static dev.plinth.service.centro.document.DocumentCodec.text;
import static dev.plinth.service.centro.document.DocumentCodec.time;

import dev.plinth.service.centro.document.DocumentCodec;
import dev.plinth.service.centro.document.UnreadableDocumentException;
import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.service.centro.job.JobCodec;
import dev.plinth.service.centro.job.JobStatus;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * The documents of nodes, as JSON.
 *
 * <p>Immutable. A document is written over the one that was read, so that members this version does
 * not know stay.
 */
public final class NodeCodec {
  private final DocumentCodec documents;
  private final NodeKeys keys;

  @Inject
  NodeCodec(DocumentCodec documents, NodeKeys keys) {
    this.documents = documents;
    this.keys = keys;
  }

  /** Writes the document of a node, over the version before if that can be read. */
  Bytes encode(Node node, Optional<Entry> before) {
    ObjectNode json = over(before);
    NodeReport report = node.report();
    json.put("node_id", report.id().value());
    json.put("last_heartbeat", node.lastHeartbeat().toString());
    json.put("registered_at", node.registeredAt().toString());
    json.put("ram_mb", report.ramMb());
    json.put("cpu_percent", report.cpuPercent());
    json.put("disk_mb", report.diskMb());
    putMap(json, "metadata", report.metadata());
    return documents.write(json);
  }

  /** Reads the document of a node. */
  Node decodeNode(Entry entry) throws UnreadableDocumentException {
    ObjectNode json = documents.read(entry.value());
    NodeReport report =
        new NodeReport(
            idOf(entry, json),
            decimal(json, "ram_mb"),
            decimal(json, "cpu_percent"),
            decimal(json, "disk_mb"),
            map(json, "metadata"));
    if (!report.violations().isEmpty()) {
      throw new UnreadableDocumentException(String.join("; ", report.violations()));
    }
    return new Node(report, time(json, "last_heartbeat"), time(json, "registered_at"));
  }

  /** Writes the value of a liveness key. */
  Bytes encodeLiveness(NodeId node, Instant since) {
    ObjectNode json = documents.begin();
    json.put("node_id", node.value());
    json.put("since", since.toString());
    return documents.write(json);
  }

  /**
   * Writes the account of a node.
   *
   * @param ledger what it says
   * @param before the version that was read, if there was one
   * @return the bytes of the next version
   */
  public Bytes encode(NodeLedger ledger, Optional<Entry> before) {
    ObjectNode json = over(before);
    json.put("node_id", ledger.node().value());
    ObjectNode jobs = json.putObject("jobs");
    ledger
        .jobs()
        .forEach((id, assignment) -> {
          ObjectNode one = jobs.putObject(id.value());
          one.put("attempt", assignment.attempt());
          one.put("phase", assignment.phase().name().toLowerCase(Locale.ROOT));
          JobCodec.putResources(one.putObject("resources"), assignment.resources());
          one.put("charged", assignment.isCharged());
        });
    ObjectNode owed = json.putObject("owed");
    ledger.owed().forEach((id, attempt) -> owed.put(id.value(), attempt));
    ObjectNode finished = json.putObject("finished");
    new TreeMap<>(ledger.finished()).forEach((status, n) -> finished.put(status.word(), n));
    return documents.write(json);
  }

  /**
   * Reads the account of a node.
   *
   * @param entry the version to read
   * @return what it says
   * @throws UnreadableDocumentException if it is not the account of that node
   */
  public NodeLedger decodeLedger(Entry entry) throws UnreadableDocumentException {
    ObjectNode json = documents.read(entry.value());
    SortedMap<JobId, Assignment> jobs = new TreeMap<>();
    ObjectNode given = object(json, "jobs");
    for (String name : given.propertyNames()) {
      ObjectNode one = object(given, name);
      jobs.put(
          jobId(name),
          new Assignment(
              count(one, "attempt"),
              phase(text(one, "phase")),
              JobCodec.resources(object(one, "resources")),
              one.path("charged").booleanValue(true)));
    }
    SortedMap<JobId, Integer> owed = new TreeMap<>();
    ObjectNode taken = object(json, "owed");
    for (String name : taken.propertyNames()) {
      owed.put(jobId(name), count(taken, name));
    }
    Map<JobStatus, Long> finished = new EnumMap<>(JobStatus.class);
    ObjectNode ended = object(json, "finished");
    for (String word : ended.propertyNames()) {
      JobStatus status =
          JobStatus.ofWord(word)
              .orElseThrow(
                  () -> new UnreadableDocumentException("finished names no status: " + word));
      finished.put(status, number(ended, word));
    }
    return new NodeLedger(idOf(entry, json), jobs, owed, finished);
  }

  private ObjectNode over(Optional<Entry> before) {
    if (before.isPresent()) {
      try {
        return documents.read(before.get().value());
      } catch (UnreadableDocumentException replaced) {
        // A node that reports heals its own document.
      }
    }
    return documents.begin();
  }

  private NodeId idOf(Entry entry, ObjectNode json) throws UnreadableDocumentException {
    String text = text(json, "node_id");
    Optional<NodeId> named = keys.idOf(entry.key());
    if (named.isEmpty() || !named.get().value().equals(text)) {
      throw new UnreadableDocumentException("node_id is not the one of the key");
    }
    return named.get();
  }

  private static JobId jobId(String text) throws UnreadableDocumentException {
    if (!JobId.isValid(text)) {
      throw new UnreadableDocumentException("a job's name " + JobId.RULE);
    }
    return JobId.of(text);
  }

  private static Assignment.Phase phase(String word) throws UnreadableDocumentException {
    for (Assignment.Phase phase : Assignment.Phase.values()) {
      if (phase.name().toLowerCase(Locale.ROOT).equals(word)) {
        return phase;
      }
    }
    throw new UnreadableDocumentException("phase is unknown: " + word);
  }
}
