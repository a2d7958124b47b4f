package dev.plinth.chassis.admin;

import dev.plinth.chassis.http.Json;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Measurement;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreStatus;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes what a store holds as JSON. Bytes are a text where they are UTF-8, else stand in Base64 in
 * a field whose name ends with {@code _base64}. Holds nothing.
 */
final class StoreJson {
  static final String BASE64 = "_base64";

  private StoreJson() {}

  static void putBytes(ObjectNode object, String field, Bytes content) {
    Optional<String> text = text(content);
    if (text.isPresent()) {
      object.put(field, text.get());
    } else {
      object.put(field + BASE64, Base64.getEncoder().encodeToString(content.toArray()));
    }
  }

  private static Optional<String> text(Bytes content) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(content.toArray()))
              .toString());
    } catch (CharacterCodingException binary) {
      return Optional.empty();
    }
  }

  static ObjectNode key(Key key) {
    ObjectNode object = Json.object();
    putBytes(object, "key", key.toBytes());
    return object;
  }

  static ObjectNode entry(Entry entry, boolean withValue) {
    ObjectNode object = key(entry.key());
    if (withValue) {
      putBytes(object, "value", entry.value());
    }
    object
        .put("created", entry.created().value())
        .put("modified", entry.modified().value())
        .put("version", entry.version());
    entry.lease().ifPresent(lease -> object.put("lease", lease.hex()));
    return object;
  }

  static ObjectNode slice(Slice slice, boolean withValues) {
    ObjectNode object =
        Json.object()
            .put("revision", slice.revision().value())
            .put("count", slice.count())
            .put("more", slice.more());
    ArrayNode entries = object.putArray("entries");
    slice.entries().forEach(entry -> entries.add(entry(entry, withValues)));
    return object;
  }

  static ObjectNode outcome(Outcome outcome) {
    return switch (outcome) {
      case Slice slice -> Json.object().set("get", slice(slice, true));
      case Outcome.Written written -> {
        ObjectNode put = Json.object().put("revision", written.revision().value());
        written.previous().ifPresent(before -> put.set("previous", entry(before, true)));
        yield Json.object().set("put", put);
      }
      case Outcome.Deleted deleted -> Json.object().set("delete", deleted(deleted));
      case Commit commit -> Json.object().set("txn", commit(commit));
    };
  }

  static ObjectNode deleted(Outcome.Deleted deleted) {
    ObjectNode object =
        Json.object().put("revision", deleted.revision().value()).put("deleted", deleted.count());
    if (!deleted.previous().isEmpty()) {
      ArrayNode previous = object.putArray("previous");
      deleted.previous().forEach(entry -> previous.add(entry(entry, true)));
    }
    return object;
  }

  static ObjectNode commit(Commit commit) {
    ObjectNode object =
        Json.object()
            .put("revision", commit.revision().value())
            .put("succeeded", commit.conditionsHeld());
    ArrayNode results = object.putArray("results");
    commit.outcomes().forEach(outcome -> results.add(outcome(outcome)));
    return object;
  }

  static ObjectNode change(Change change) {
    ObjectNode object = entry(change.entry(), change.kind() == Change.Kind.PUT);
    object.put("kind", change.kind().name().toLowerCase(Locale.ROOT));
    change.previous().ifPresent(before -> object.set("previous", entry(before, true)));
    return object;
  }

  static ObjectNode lease(LeaseInfo lease) {
    ObjectNode object =
        Json.object()
            .put("id", lease.id().hex())
            .put("granted_seconds", lease.granted().toSeconds())
            .put("remaining_seconds", lease.remaining().toSeconds());
    ArrayNode keys = object.putArray("keys");
    lease.keys().forEach(key -> keys.add(key(key)));
    return object;
  }

  /** What is not known now is not there. */
  static ObjectNode measurements(List<Measurement> measurements) {
    ObjectNode object = Json.object();
    for (Measurement each : measurements) {
      each.value().ifPresent(value -> object.put(each.name().replace('-', '_'), value));
    }
    return object;
  }

  static ObjectNode status(StoreStatus status) {
    ObjectNode object =
        Json.object()
            .put("store", status.store())
            .put("version", status.version())
            .put("incarnation", status.incarnation())
            .put("revision", status.revision().value())
            .put("compacted", status.compacted().value())
            .put("size_bytes", status.sizeBytes());
    status.leader().ifPresent(leader -> object.put("leader", leader));
    status.keys().ifPresent(keys -> object.put("keys", keys));
    status.historyRevisions().ifPresent(count -> object.put("history_revisions", count));
    status.digest().ifPresent(digest -> object.put("digest", digest));
    ArrayNode members = object.putArray("members");
    for (StoreStatus.Member member : status.members()) {
      ObjectNode each = members.addObject().put("id", member.id()).put("name", member.name());
      ArrayNode urls = each.putArray("client_urls");
      member.clientUrls().forEach(urls::add);
    }
    ArrayNode alarms = object.putArray("alarms");
    status.alarms().forEach(alarms::add);
    return object;
  }
}
