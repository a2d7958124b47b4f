package dev.plinth.service.labmgr.document;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object: names in the order written, values as texts, booleans, numbers, lists and objects.
 *
 * <p>Immutable. Whole numbers are {@link Long} where they fit. What is not known here is kept as it
 * is, so that a document written by a newer version survives being changed by an older one.
 */
public final class Document {
  /** An object without members. */
  public static final Document EMPTY = new Document(Map.of());

  private final Map<String, @Nullable Object> members;

  private Document(Map<String, @Nullable Object> members) {
    this.members = members;
  }

  /**
   * Copies a tree of JDK values.
   *
   * @param members texts, booleans, numbers, lists, maps, documents and nulls
   * @return the same, immutable
   */
  public static Document of(Map<String, ? extends @Nullable Object> members) {
    return new Document(frozenMap(members));
  }

  private static Map<String, @Nullable Object> frozenMap(Map<?, ? extends @Nullable Object> map) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    map.forEach((name, value) -> copy.put(String.valueOf(name), frozen(value)));
    return Collections.unmodifiableMap(copy);
  }

  private static @Nullable Object frozen(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Document document -> document.members;
      case Map<?, ?> map -> frozenMap(map);
      case List<?> list -> {
        List<@Nullable Object> copy = new ArrayList<>();
        for (Object item : list) {
          copy.add(frozen(item));
        }
        yield Collections.unmodifiableList(copy);
      }
      case Integer number -> number.longValue();
      case BigInteger number when number.bitLength() < Long.SIZE -> number.longValue();
      default -> value;
    };
  }

  /** Returns the members, immutable, in the order written. */
  public Map<String, @Nullable Object> members() {
    return members;
  }

  /** Says whether there are no members. */
  public boolean isEmpty() {
    return members.isEmpty();
  }

  /** Says whether a member is there and not null. */
  public boolean has(String name) {
    return members.get(name) != null;
  }

  /** Returns a member as it is, if it is there and not null. */
  public Optional<Object> value(String name) {
    return Optional.ofNullable(members.get(name));
  }

  /** Returns a text member, if it is one. */
  public Optional<String> text(String name) {
    return members.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /** Returns a member that is a whole number, else the fallback. */
  public long number(String name, long fallback) {
    return members.get(name) instanceof Long number ? number : fallback;
  }

  /** Returns a member that is true or false, else the fallback. */
  public boolean flag(String name, boolean fallback) {
    return members.get(name) instanceof Boolean flag ? flag : fallback;
  }

  /** Returns a member that is an object; an empty one if it is missing or something else. */
  public Document child(String name) {
    return from(members.get(name));
  }

  /**
   * Returns a value as a document.
   *
   * @param value a map of JDK values, or anything else
   * @return the document; an empty one if it is no map
   */
  public static Document from(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? new Document(frozenMap(map)) : EMPTY;
  }

  /** Returns the texts of a member that is a list; what is no text is left out. */
  public List<String> texts(String name) {
    return items(name).stream().filter(String.class::isInstance).map(String.class::cast).toList();
  }

  /** Returns the objects of a member that is a list; what is no object is left out. */
  public List<Document> children(String name) {
    return items(name).stream().filter(Map.class::isInstance).map(Document::from).toList();
  }

  private List<?> items(String name) {
    return members.get(name) instanceof List<?> list ? list : List.of();
  }

  /** Returns this document with one member set; a null in its place would be kept. */
  public Document with(String name, Object value) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(members);
    changed.put(name, frozen(value));
    return new Document(Collections.unmodifiableMap(changed));
  }

  /** Returns this document with one member set, or without it if there is no value. */
  public Document with(String name, Optional<?> value) {
    return value.isPresent() ? with(name, value.get()) : without(name);
  }

  /** Returns this document without some members. */
  public Document without(String... names) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(members);
    for (String name : names) {
      changed.remove(name);
    }
    return new Document(Collections.unmodifiableMap(changed));
  }

  /** Returns this document without members that are null, at any depth of objects. */
  public Document withoutNulls() {
    return of(pruned(members));
  }

  private static Map<String, @Nullable Object> pruned(Map<?, ? extends @Nullable Object> map) {
    Map<String, @Nullable Object> kept = new LinkedHashMap<>();
    map.forEach((name, value) -> {
      if (value != null) {
        kept.put(String.valueOf(name), value instanceof Map<?, ?> child ? pruned(child) : value);
      }
    });
    return kept;
  }

  /**
   * Applies a JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces.
   *
   * @param patch what changes
   * @return the result
   */
  public Document merge(Document patch) {
    return of(merged(members, patch.members));
  }

  private static Map<String, @Nullable Object> merged(
      Map<?, ? extends @Nullable Object> target, Map<?, ? extends @Nullable Object> patch) {
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    target.forEach((name, value) -> result.put(String.valueOf(name), value));
    patch.forEach((key, value) -> {
      String name = String.valueOf(key);
      if (value == null) {
        result.remove(name);
      } else if (value instanceof Map<?, ?> child) {
        Object before = result.get(name);
        result.put(name, merged(before instanceof Map<?, ?> map ? map : Map.of(), child));
      } else {
        result.put(name, value);
      }
    });
    return result;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Document that && members.equals(that.members);
  }

  @Override
  public int hashCode() {
    return members.hashCode();
  }

  /** Returns the names of the members, never their values. */
  @Override
  public String toString() {
    return members.keySet().toString();
  }
}
