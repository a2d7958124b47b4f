package dev.plinth.chassis.http;

import static java.util.Objects.requireNonNull;

import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.chassis.error.ValidationException;
import dev.plinth.spi.Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads an object and collects everything that is wrong with it: missing fields, wrong types,
 * values out of range, texts outside their grammar, fields that nobody reads.
 *
 * <p>Each read names one field. A read that fails notes the mistake and returns a stand-in, so that
 * reading goes on; {@link #finish} then throws, so stand-ins must not be used before it. A field
 * that is {@code null} counts as absent.
 *
 * <p>One thread at a time.
 */
public final class JsonReader {
  private final String path;
  private final ObjectNode object;
  private final FieldErrors errors;
  private final Set<String> read = new LinkedHashSet<>();
  private final List<JsonReader> children = new ArrayList<>();

  private JsonReader(String path, ObjectNode object, FieldErrors errors) {
    this.path = path;
    this.object = object;
    this.errors = errors;
  }

  /**
   * Begins to read a document.
   *
   * @param document what should be an object
   * @param errors where mistakes are noted
   * @return the reader; of no fields, with a mistake noted, if the document is no object
   */
  public static JsonReader of(JsonNode document, FieldErrors errors) {
    requireNonNull(errors, "errors");
    if (document instanceof ObjectNode object) {
      return new JsonReader("", object, errors);
    }
    errors.add("", "must be a JSON object");
    return new JsonReader("", Json.object(), errors);
  }

  /**
   * Says whether a field has a value. Does not count as reading it.
   *
   * @param field which
   * @return whether it is there and not null
   */
  public boolean has(String field) {
    return object.hasNonNull(field);
  }

  /**
   * Returns the fields that are there, read or not.
   *
   * @return their names, in the order written
   */
  public Set<String> fields() {
    return new LinkedHashSet<>(object.propertyNames());
  }

  /**
   * Returns a value as it is.
   *
   * @param field which
   * @return the value, if there is one
   */
  public Optional<JsonNode> node(String field) {
    read.add(field);
    return Optional.ofNullable(object.get(field)).filter(value -> !value.isNull());
  }

  /**
   * Reads a text that may be left out.
   *
   * @param field which
   * @return the text, if there is one
   */
  public Optional<String> optionalString(String field) {
    Optional<JsonNode> value = node(field);
    return value.flatMap(node -> text(field, node));
  }

  /**
   * Reads a text that may be left out.
   *
   * @param field which
   * @param grammar what it must look like
   * @return the text, if there is one and it is fine
   */
  public Optional<String> optionalString(String field, Grammar grammar) {
    Optional<String> text = optionalString(field);
    if (text.isPresent() && !grammar.accepts(text.get())) {
      reject(field, "must be " + grammar.rule());
      return Optional.empty();
    }
    return text;
  }

  /**
   * Reads a text that must be there; it may be empty.
   *
   * @param field which
   * @return the text
   */
  public String string(String field) {
    Optional<String> text = optionalString(field);
    if (text.isEmpty()) {
      missing(field);
    }
    return text.orElse("");
  }

  /**
   * Reads a text that must be there.
   *
   * @param field which
   * @param grammar what it must look like
   * @return the text
   */
  public String string(String field, Grammar grammar) {
    Optional<String> text = optionalString(field, grammar);
    if (text.isEmpty()) {
      missing(field);
    }
    return text.orElse("");
  }

  /**
   * Reads a text.
   *
   * @param field which
   * @param fallback if there is none
   * @return the text
   */
  public String string(String field, String fallback) {
    return optionalString(field).orElse(fallback);
  }

  /**
   * Reads one of a few words that must be there.
   *
   * @param field which
   * @param allowed the words
   * @return one of them
   */
  public String oneOf(String field, List<String> allowed) {
    String text = string(field);
    if (!allowed.contains(text)) {
      rejectOnce(field, "must be one of: " + String.join(", ", allowed));
      return allowed.getFirst();
    }
    return text;
  }

  /**
   * Reads a whole number that may be left out.
   *
   * @param field which
   * @param min the smallest allowed
   * @param max the largest allowed
   * @return the number, if there is one and it is fine
   */
  public Optional<Long> optionalNumber(String field, long min, long max) {
    Optional<JsonNode> value = node(field);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    JsonNode node = value.get();
    if (!node.isNumber() || !node.canConvertToExactIntegral()) {
      reject(field, "must be a whole number");
      return Optional.empty();
    }
    if (!node.canConvertToLong() || node.longValue() < min || node.longValue() > max) {
      reject(field, "must be between " + min + " and " + max);
      return Optional.empty();
    }
    return Optional.of(node.longValue());
  }

  /**
   * Reads a whole number that must be there.
   *
   * @param field which
   * @param min the smallest allowed
   * @param max the largest allowed
   * @return the number
   */
  public long number(String field, long min, long max) {
    Optional<Long> number = optionalNumber(field, min, max);
    if (number.isEmpty()) {
      missing(field);
    }
    return number.orElse(min);
  }

  /**
   * Reads a whole number.
   *
   * @param field which
   * @param fallback if there is none
   * @param min the smallest allowed
   * @param max the largest allowed
   * @return the number
   */
  public long number(String field, long fallback, long min, long max) {
    return optionalNumber(field, min, max).orElse(fallback);
  }

  /**
   * Reads a whole number that must be there.
   *
   * @param field which
   * @param min the smallest allowed
   * @param max the largest allowed
   * @return the number
   */
  public int integer(String field, int min, int max) {
    return (int) number(field, min, max);
  }

  /**
   * Reads a whole number.
   *
   * @param field which
   * @param fallback if there is none
   * @param min the smallest allowed
   * @param max the largest allowed
   * @return the number
   */
  public int integer(String field, int fallback, int min, int max) {
    return (int) number(field, fallback, min, max);
  }

  /**
   * Reads a number that may be left out.
   *
   * @param field which
   * @param min the smallest allowed
   * @param max the largest allowed
   * @return the number, if there is one and it is fine
   */
  public Optional<Double> optionalDecimal(String field, double min, double max) {
    Optional<JsonNode> value = node(field);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (!value.get().isNumber()) {
      reject(field, "must be a number");
      return Optional.empty();
    }
    double number = value.get().asDouble();
    if (!(number >= min && number <= max)) {
      reject(field, "must be between " + min + " and " + max);
      return Optional.empty();
    }
    return Optional.of(number);
  }

  /**
   * Reads true or false.
   *
   * @param field which
   * @param fallback if there is neither
   * @return whether it is true
   */
  public boolean flag(String field, boolean fallback) {
    return optionalFlag(field).orElse(fallback);
  }

  /**
   * Reads true or false, which may be left out.
   *
   * @param field which
   * @return whether it is true, if it is there and one of them
   */
  public Optional<Boolean> optionalFlag(String field) {
    Optional<JsonNode> value = node(field);
    if (value.isPresent() && !value.get().isBoolean()) {
      reject(field, "must be true or false");
      return Optional.empty();
    }
    return value.map(JsonNode::booleanValue);
  }

  /**
   * Reads a list of texts.
   *
   * @param field which
   * @return the texts; none if the field is absent
   */
  public List<String> strings(String field) {
    List<String> texts = new ArrayList<>();
    int index = 0;
    for (JsonNode item : items(field)) {
      text(field + "[" + index + "]", item).ifPresent(texts::add);
      index++;
    }
    return texts;
  }

  /**
   * Reads an object of texts.
   *
   * @param field which
   * @return the texts by their names; none if the field is absent
   */
  public Map<String, String> stringMap(String field) {
    Map<String, String> texts = new LinkedHashMap<>();
    Optional<JsonNode> value = node(field);
    if (value.isPresent() && !value.get().isObject()) {
      reject(field, "must be an object");
    } else if (value.isPresent()) {
      for (Map.Entry<String, JsonNode> property : value.get().properties()) {
        text(field + "." + property.getKey(), property.getValue())
            .ifPresent(text -> texts.put(property.getKey(), text));
      }
    }
    return texts;
  }

  /**
   * Reads an object that must be there.
   *
   * @param field which
   * @return its reader, to read before this one finishes
   */
  public JsonReader object(String field) {
    Optional<JsonReader> nested = optionalObject(field);
    if (nested.isEmpty()) {
      missing(field);
    }
    return nested.orElseGet(() -> new JsonReader(path(field), Json.object(), new FieldErrors()));
  }

  /**
   * Reads an object that may be left out.
   *
   * @param field which
   * @return its reader, if it is there; to read before this one finishes
   */
  public Optional<JsonReader> optionalObject(String field) {
    Optional<JsonNode> value = node(field);
    if (value.isPresent() && !value.get().isObject()) {
      reject(field, "must be an object");
      return Optional.empty();
    }
    return value.map(node -> child(field, (ObjectNode) node));
  }

  /**
   * Reads a list of objects.
   *
   * @param field which
   * @return their readers, to read before this one finishes; none if the field is absent
   */
  public List<JsonReader> objects(String field) {
    List<JsonReader> readers = new ArrayList<>();
    int index = 0;
    for (JsonNode item : items(field)) {
      String place = field + "[" + index + "]";
      if (item instanceof ObjectNode node) {
        readers.add(child(place, node));
      } else {
        reject(place, "must be an object");
      }
      index++;
    }
    return readers;
  }

  /**
   * Notes a mistake that this reader cannot see.
   *
   * @param field which
   * @param message what would be right
   */
  public void reject(String field, String message) {
    errors.add(path(field), message);
  }

  /**
   * Notes the fields that nobody read, here and in the objects inside, and ends the request if
   * anything was wrong.
   *
   * @throws ValidationException naming every mistake that was noted
   */
  public void finish() {
    refuseUnread();
    errors.throwIfAny();
  }

  void refuseUnread() {
    for (String field : object.propertyNames()) {
      if (!read.contains(field)) {
        String hint =
            Settings.nearest(field, List.copyOf(read))
                .map(near -> "; did you mean '" + near + "'?")
                .orElse("");
        reject(field, "is not known" + hint);
      }
    }
    children.forEach(JsonReader::refuseUnread);
  }

  private Optional<String> text(String field, JsonNode value) {
    if (!value.isString()) {
      reject(field, "must be a text");
      return Optional.empty();
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(value.stringValue())) {
      reject(field, "must be a text without halves of surrogate pairs");
      return Optional.empty();
    }
    return Optional.of(value.stringValue());
  }

  private Iterable<JsonNode> items(String field) {
    Optional<JsonNode> value = node(field);
    if (value.isPresent() && !value.get().isArray()) {
      reject(field, "must be a list");
      return List.of();
    }
    return value
        .map(node -> StreamSupport.stream(node.spliterator(), false).toList())
        .orElse(List.of());
  }

  private JsonReader child(String place, ObjectNode node) {
    JsonReader child = new JsonReader(path(place), node, errors);
    children.add(child);
    return child;
  }

  private void missing(String field) {
    if (!has(field)) {
      rejectOnce(field, "is required");
    }
  }

  private void rejectOnce(String field, String message) {
    if (!errors.has(path(field))) {
      reject(field, message);
    }
  }

  private String path(String field) {
    if (path.isEmpty()) {
      return field;
    }
    return field.isEmpty() ? path : path + "." + field;
  }
}
