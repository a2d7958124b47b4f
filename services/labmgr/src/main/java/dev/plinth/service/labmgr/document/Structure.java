package dev.plinth.service.labmgr.document;

import dev.plinth.chassis.error.FieldErrors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An object with known members; others are refused in requests and kept in what is stored.
 *
 * <p>Immutable.
 *
 * @param description for people
 * @param members in the order they are described
 */
public record Structure(String description, Map<String, Member> members) implements Schema {

  /**
   * A known member.
   *
   * @param schema what it may be
   * @param required whether it must be there
   */
  public record Member(Schema schema, boolean required) {}

  /** Copies the map, keeping its order. */
  public Structure {
    members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
  }

  /** Adds a member that must be there. */
  public Structure required(String name, Schema schema) {
    return with(name, new Member(schema, true));
  }

  /** Adds a member that may be left out. */
  public Structure optional(String name, Schema schema) {
    return with(name, new Member(schema, false));
  }

  private Structure with(String name, Member member) {
    Map<String, Member> more = new LinkedHashMap<>(members);
    more.put(name, member);
    return new Structure(description, more);
  }

  @Override
  public void check(Object value, String path, FieldErrors errors) {
    if (!(value instanceof Map<?, ?> map)) {
      errors.add(path, "must be an object");
      return;
    }
    map.keySet().stream()
        .map(String::valueOf)
        .filter(name -> !members.containsKey(name))
        .forEach(name -> errors.add(below(path, name), "is not a known field"));
    members.forEach((name, member) -> {
      Object each = map.get(name);
      if (each != null) {
        member.schema().check(each, below(path, name), errors);
      } else if (member.required()) {
        errors.add(below(path, name), "is required");
      }
    });
  }

  private static String below(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  @Override
  public Optional<Object> complete(Optional<Object> value) {
    if (value.isPresent() && !(value.get() instanceof Map)) {
      return value;
    }
    Map<?, ?> written = value.isPresent() ? (Map<?, ?>) value.get() : Map.of();
    Map<String, @Nullable Object> completed = new LinkedHashMap<>();
    members.forEach((name, member) ->
        member
            .schema()
            .complete(Optional.ofNullable(written.get(name)))
            .ifPresent(each -> completed.put(name, each)));
    written.forEach((name, each) -> completed.putIfAbsent(String.valueOf(name), each));
    return value.isEmpty() && completed.isEmpty() ? Optional.empty() : Optional.of(completed);
  }

  /**
   * Fills in the defaults of a whole document.
   *
   * @param written what was written
   * @return the document with every default
   */
  public Document complete(Document written) {
    return complete(Optional.of(written.members())).map(Document::from).orElse(written);
  }

  /**
   * Takes out of a request the unknown members that are stored just so: whoever reads a document
   * and writes it back is not refused for what it did not touch.
   *
   * @param request what was sent
   * @param stored what is there
   * @return the request without them
   */
  public Document withoutStrangersOf(Document request, Document stored) {
    Document result = request;
    for (String name : request.members().keySet()) {
      Member member = members.get(name);
      if (member == null) {
        if (stored.members().containsKey(name)
            && Objects.equals(stored.members().get(name), request.members().get(name))) {
          result = result.without(name);
        }
      } else if (member.schema() instanceof Structure inner
          && request.members().get(name) instanceof Map) {
        result =
            result.with(name, inner.withoutStrangersOf(request.child(name), stored.child(name)));
      }
    }
    return result;
  }

  /**
   * Adds the unknown members of what is stored to what takes its place.
   *
   * @param next what is to be stored
   * @param stored what was stored
   * @return the document with all the members that nobody here knows
   */
  public Document withStrangersOf(Document next, Document stored) {
    Document result = next;
    for (Map.Entry<String, @Nullable Object> each : stored.members().entrySet()) {
      String name = each.getKey();
      Object value = each.getValue();
      Member member = members.get(name);
      if (member == null && value != null && !next.has(name)) {
        result = result.with(name, value);
      } else if (member != null
          && member.schema() instanceof Structure inner
          && next.members().get(name) instanceof Map) {
        result = result.with(name, inner.withStrangersOf(next.child(name), stored.child(name)));
      }
    }
    return result;
  }

  @Override
  public Map<String, Object> describe() {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    members.forEach((name, member) -> {
      properties.put(name, member.schema().describe());
      if (member.required()) {
        required.add(name);
      }
    });
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("description", description);
    schema.put("properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    return schema;
  }
}
