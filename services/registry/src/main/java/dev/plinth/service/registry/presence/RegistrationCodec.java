package dev.plinth.service.registry.presence;

import dev.plinth.spi.Bytes;
import jakarta.inject.Inject;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The one form of a stored registration: {@code gateway|unix-seconds|additions}.
 *
 * <p>The first two parts are what other programs on the store write and read. The additions are a
 * JSON object, so a pipe in them ends nothing for a reader that takes two parts. A value without a
 * pipe is a gateway alone. Additions that cannot be read are as good as none, because the gateway
 * is known without them.
 *
 * <p>Thread-safe.
 */
final class RegistrationCodec {
  private static final int VERSION = 1;
  private static final Pattern SECONDS = Pattern.compile("\\d{1,11}");

  private final JsonMapper mapper;

  @Inject
  RegistrationCodec() {
    this.mapper = JsonMapper.builder().build();
  }

  /** Writes a new registration. */
  Bytes encode(Registration registration) {
    return encode(registration, mapper.createObjectNode());
  }

  /** Writes over an earlier form of the same registration; additions it does not know stay. */
  Bytes encode(Registration registration, Bytes earlier) {
    ObjectNode kept =
        text(earlier)
            .map(text -> text.split("\\|", 3))
            .filter(parts -> parts.length == 3)
            .flatMap(parts -> additions(parts[2]))
            .orElseGet(mapper::createObjectNode);
    return encode(registration, kept);
  }

  private Bytes encode(Registration registration, ObjectNode additions) {
    Instant connectedAt =
        registration
            .connectedAt()
            .orElseThrow(() -> new IllegalArgumentException("no connect time to be written"));
    additions.put("version", VERSION);
    registration
        .connection()
        .ifPresent(connection -> additions.put("connection_id", connection.value()));
    if (registration.metadata().entries().isEmpty()) {
      additions.remove("metadata");
    } else {
      ObjectNode metadata = additions.putObject("metadata");
      registration.metadata().entries().forEach(metadata::put);
    }
    return Bytes.utf8(
        registration.gateway()
            + "|"
            + connectedAt.getEpochSecond()
            + "|"
            + mapper.writeValueAsString(additions));
  }

  /** Reads a value; one that cannot be read is an answer too. */
  Device.Content decode(Bytes value) {
    Optional<String> text = text(value);
    if (text.isEmpty()) {
      return new Device.Unreadable("is not UTF-8");
    }
    String[] parts = text.get().split("\\|", 3);
    Optional<String> violation = GatewayId.violation(parts[0]);
    if (violation.isPresent()) {
      return new Device.Unreadable("its gateway " + violation.get());
    }
    if (parts.length > 1 && !SECONDS.matcher(parts[1]).matches()) {
      return new Device.Unreadable("its connect time is not a number of seconds");
    }
    Optional<ObjectNode> additions = parts.length > 2 ? additions(parts[2]) : Optional.empty();
    return new Device.Decoded(
        new Registration(
            new GatewayId(parts[0]),
            parts.length > 1
                ? Optional.of(Instant.ofEpochSecond(Long.parseLong(parts[1])))
                : Optional.empty(),
            additions
                .map(node -> node.path("connection_id"))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .filter(id -> ConnectionId.violation(id).isEmpty())
                .map(ConnectionId::new),
            additions.map(node -> metadata(node.path("metadata"))).orElse(Metadata.NONE)));
  }

  private static Metadata metadata(JsonNode node) {
    Map<String, String> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : node.properties()) {
      if (property.getValue().isString()) {
        entries.put(property.getKey(), property.getValue().stringValue());
      }
    }
    return new Metadata(entries);
  }

  private Optional<ObjectNode> additions(String json) {
    try {
      return mapper.readTree(json) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (JacksonException foreign) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(Bytes value) {
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(value.asReadOnlyBuffer()).toString());
    } catch (CharacterCodingException notText) {
      return Optional.empty();
    }
  }
}
