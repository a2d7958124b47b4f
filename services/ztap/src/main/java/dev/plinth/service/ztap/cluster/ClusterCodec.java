package dev.plinth.service.ztap.cluster;

import dev.plinth.spi.Bytes;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The stored documents of the cluster, as JSON.
 *
 * <p>Immutable.
 */
final class ClusterCodec {
  private static final String HEALTHY = "healthy";
  private static final String STOPPED = "stopped";

  private final JsonMapper mapper = JsonMapper.builder().build();

  Bytes encode(NodeRecord record) {
    ObjectNode json = mapper.createObjectNode();
    json.put("id", record.id());
    json.put("address", record.address());
    json.put("state", record.stopped() ? STOPPED : HEALTHY);
    json.put("role", record.role().word());
    json.put("joined_at", record.joinedAt().toString());
    json.put("last_seen", record.lastSeen().toString());
    json.put("started_at", record.startedAt().toString());
    json.put("incarnation", record.incarnation());
    json.put("heartbeat_interval", record.heartbeatInterval().toString());
    json.set("metadata", metadata(record.metadata()));
    return bytes(json);
  }

  NodeRecord decodeNode(Bytes stored) throws UnreadableRecordException {
    ObjectNode json = object(stored);
    return new NodeRecord(
        text(json, "id"),
        text(json, "address"),
        text(json, "state").equals(STOPPED),
        text(json, "role").equals(NodeRole.LEADER.word()) ? NodeRole.LEADER : NodeRole.FOLLOWER,
        instant(json, "joined_at"),
        instant(json, "last_seen"),
        instant(json, "started_at"),
        text(json, "incarnation"),
        duration(json, "heartbeat_interval"),
        metadata(json));
  }

  Bytes encode(DeclaredMember member) {
    ObjectNode json = mapper.createObjectNode();
    json.put("id", member.id());
    json.put("address", member.address());
    json.put("declared_at", member.declaredAt().toString());
    json.set("metadata", metadata(member.metadata()));
    return bytes(json);
  }

  DeclaredMember decodeMember(Bytes stored) throws UnreadableRecordException {
    ObjectNode json = object(stored);
    return new DeclaredMember(
        text(json, "id"), text(json, "address"), instant(json, "declared_at"), metadata(json));
  }

  /** Encodes the record of the leader, which carries its term. */
  Bytes encode(LeaderRecord leader) {
    ObjectNode json = candidate(leader.id(), leader.address(), leader.incarnation());
    json.put("term", leader.term());
    json.put("elected_at", leader.electedAt().toString());
    return bytes(json);
  }

  /** Encodes what a candidate says before it has a term. */
  Bytes encodeCandidate(String id, String address, String incarnation) {
    return bytes(candidate(id, address, incarnation));
  }

  /** Decodes what a candidate says about itself; the term is known from its key. */
  LeaderRecord decodeCandidate(Bytes stored, long term, Instant electedAt)
      throws UnreadableRecordException {
    ObjectNode json = object(stored);
    return new LeaderRecord(
        text(json, "id"), text(json, "address"), text(json, "incarnation"), term, electedAt);
  }

  LeaderRecord decodeLeader(Bytes stored) throws UnreadableRecordException {
    ObjectNode json = object(stored);
    JsonNode term = json.path("term");
    if (!term.isIntegralNumber() || !term.canConvertToLong()) {
      throw new UnreadableRecordException("term is not a whole number");
    }
    return decodeCandidate(stored, term.longValue(), instant(json, "elected_at"));
  }

  Bytes encode(ClusterId cluster) {
    ObjectNode json = mapper.createObjectNode();
    json.put("cluster_id", cluster.id());
    json.put("created_at", cluster.createdAt().toString());
    json.put("created_by", cluster.createdBy());
    return bytes(json);
  }

  ClusterId decodeClusterId(Bytes stored) throws UnreadableRecordException {
    ObjectNode json = object(stored);
    return new ClusterId(
        text(json, "cluster_id"), instant(json, "created_at"), text(json, "created_by"));
  }

  private ObjectNode candidate(String id, String address, String incarnation) {
    ObjectNode json = mapper.createObjectNode();
    json.put("id", id);
    json.put("address", address);
    json.put("incarnation", incarnation);
    return json;
  }

  private Bytes bytes(ObjectNode json) {
    return Bytes.of(mapper.writeValueAsBytes(json));
  }

  private ObjectNode metadata(Map<String, String> metadata) {
    ObjectNode json = mapper.createObjectNode();
    metadata.forEach(json::put);
    return json;
  }

  private static Map<String, String> metadata(ObjectNode json) {
    Map<String, String> metadata = new LinkedHashMap<>();
    json.path("metadata")
        .properties()
        .forEach(entry ->
            metadata.put(
                entry.getKey(),
                entry.getValue().isString()
                    ? entry.getValue().stringValue()
                    : entry.getValue().toString()));
    return metadata;
  }

  private ObjectNode object(Bytes stored) throws UnreadableRecordException {
    try {
      if (mapper.readTree(stored.toArray()) instanceof ObjectNode json) {
        return json;
      }
    } catch (JacksonException malformed) {
      throw new UnreadableRecordException("is no JSON: " + malformed.getOriginalMessage());
    }
    throw new UnreadableRecordException("is no JSON object");
  }

  private static String text(ObjectNode json, String field) throws UnreadableRecordException {
    JsonNode value = json.path(field);
    if (!value.isString()) {
      throw new UnreadableRecordException(field + " is not a text");
    }
    return value.stringValue();
  }

  private static Instant instant(ObjectNode json, String field) throws UnreadableRecordException {
    try {
      return Instant.parse(text(json, field));
    } catch (DateTimeException notATime) {
      throw new UnreadableRecordException(field + " is not a time");
    }
  }

  private static Duration duration(ObjectNode json, String field) throws UnreadableRecordException {
    try {
      Duration duration = Duration.parse(text(json, field));
      if (duration.isPositive() && duration.compareTo(ClusterTiming.LONGEST_HEARTBEAT) <= 0) {
        return duration;
      }
    } catch (DateTimeException notADuration) {
      // said below
    }
    throw new UnreadableRecordException(field + " is not a duration above zero and up to a day");
  }
}
