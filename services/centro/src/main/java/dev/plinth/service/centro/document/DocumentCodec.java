package dev.plinth.service.centro.document;

import dev.plinth.spi.Bytes;
import jakarta.inject.Inject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON objects to and from bytes, and typed access to their members.
 *
 * <p>Immutable. A member that is missing or of another type is an {@link
 * UnreadableDocumentException}, unless the method says otherwise.
 */
public final class DocumentCodec {
  /** The version every document carries; one of a later version is not read. */
  public static final int SCHEMA = 1;

  private final JsonMapper mapper = JsonMapper.builder().build();

  @Inject
  DocumentCodec() {}

  /**
   * Begins a new document.
   *
   * @return an object with nothing but its version
   */
  public ObjectNode begin() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("schema", SCHEMA);
    return json;
  }

  /**
   * Writes a document.
   *
   * @param json the document
   * @return its bytes
   */
  public Bytes write(ObjectNode json) {
    return Bytes.of(mapper.writeValueAsBytes(json));
  }

  /**
   * Reads a document.
   *
   * @param stored its bytes
   * @return a new object
   * @throws UnreadableDocumentException if it is no JSON object of this version
   */
  public ObjectNode read(Bytes stored) throws UnreadableDocumentException {
    ObjectNode json;
    try {
      if (!(mapper.readTree(stored.toArray()) instanceof ObjectNode object)) {
        throw new UnreadableDocumentException("is no JSON object");
      }
      json = object;
    } catch (JacksonException malformed) {
      throw new UnreadableDocumentException("is no JSON: " + malformed.getOriginalMessage());
    }
    long schema = number(json, "schema");
    if (schema != SCHEMA) {
      throw new UnreadableDocumentException(
          "has schema " + schema + ", this version reads " + SCHEMA);
    }
    return json;
  }

  /** Returns a text. */
  public static String text(ObjectNode json, String member) throws UnreadableDocumentException {
    JsonNode value = json.path(member);
    if (!value.isString()) {
      throw new UnreadableDocumentException(member + " is not a text");
    }
    return value.stringValue();
  }

  /** Returns a text, or nothing if the member is missing or null. */
  public static Optional<String> optionalText(ObjectNode json, String member)
      throws UnreadableDocumentException {
    return isAbsent(json, member) ? Optional.empty() : Optional.of(text(json, member));
  }

  /** Returns a whole number. */
  public static long number(ObjectNode json, String member) throws UnreadableDocumentException {
    JsonNode value = json.path(member);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new UnreadableDocumentException(member + " is not a whole number");
    }
    return value.longValue();
  }

  /** Returns a whole number that fits an {@code int} and is not negative. */
  public static int count(ObjectNode json, String member) throws UnreadableDocumentException {
    long number = number(json, member);
    if (number < 0 || number > Integer.MAX_VALUE) {
      throw new UnreadableDocumentException(member + " is not a count");
    }
    return (int) number;
  }

  /** Returns a number. */
  public static double decimal(ObjectNode json, String member) throws UnreadableDocumentException {
    JsonNode value = json.path(member);
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      throw new UnreadableDocumentException(member + " is not a number");
    }
    return value.doubleValue();
  }

  /** Returns a time. */
  public static Instant time(ObjectNode json, String member) throws UnreadableDocumentException {
    try {
      return Instant.parse(text(json, member));
    } catch (DateTimeException notATime) {
      throw new UnreadableDocumentException(member + " is not a time");
    }
  }

  /** Returns a time, or nothing if the member is missing or null. */
  public static Optional<Instant> optionalTime(ObjectNode json, String member)
      throws UnreadableDocumentException {
    return isAbsent(json, member) ? Optional.empty() : Optional.of(time(json, member));
  }

  /** Returns an object. */
  public static ObjectNode object(ObjectNode json, String member)
      throws UnreadableDocumentException {
    if (json.path(member) instanceof ObjectNode object) {
      return object;
    }
    throw new UnreadableDocumentException(member + " is not an object");
  }

  /** Returns a list of objects, empty if the member is missing. */
  public static List<ObjectNode> objects(ObjectNode json, String member)
      throws UnreadableDocumentException {
    List<ObjectNode> objects = new ArrayList<>();
    for (JsonNode item : items(json, member)) {
      if (!(item instanceof ObjectNode object)) {
        throw new UnreadableDocumentException(member + " holds something that is not an object");
      }
      objects.add(object);
    }
    return objects;
  }

  /** Returns a list of texts, empty if the member is missing. */
  public static List<String> texts(ObjectNode json, String member)
      throws UnreadableDocumentException {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : items(json, member)) {
      if (!item.isString()) {
        throw new UnreadableDocumentException(member + " holds something that is not a text");
      }
      texts.add(item.stringValue());
    }
    return texts;
  }

  /** Returns a map of texts, empty if the member is missing. */
  public static Map<String, String> map(ObjectNode json, String member)
      throws UnreadableDocumentException {
    Map<String, String> map = new LinkedHashMap<>();
    if (!isAbsent(json, member)) {
      ObjectNode object = object(json, member);
      for (Map.Entry<String, JsonNode> entry : object.properties()) {
        map.put(entry.getKey(), text(object, entry.getKey()));
      }
    }
    return map;
  }

  /** Sets a member to an object of texts. */
  public static void putMap(ObjectNode json, String member, Map<String, String> map) {
    ObjectNode object = json.putObject(member);
    map.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> object.put(entry.getKey(), entry.getValue()));
  }

  /** Sets a member to a time, or removes it. */
  public static void putTime(ObjectNode json, String member, Optional<Instant> time) {
    time.ifPresentOrElse(value -> json.put(member, value.toString()), () -> json.remove(member));
  }

  /** Sets a member to a list of objects. */
  public static <T> void putObjects(
      ObjectNode json, String member, List<T> items, BiConsumer<T, ObjectNode> each) {
    ArrayNode array = json.putArray(member);
    items.forEach(item -> each.accept(item, array.addObject()));
  }

  private static boolean isAbsent(ObjectNode json, String member) {
    JsonNode value = json.path(member);
    return value.isMissingNode() || value.isNull();
  }

  private static Iterable<JsonNode> items(ObjectNode json, String member)
      throws UnreadableDocumentException {
    if (isAbsent(json, member)) {
      return List.of();
    }
    if (json.path(member) instanceof ArrayNode array) {
      return array;
    }
    throw new UnreadableDocumentException(member + " is not a list");
  }
}
