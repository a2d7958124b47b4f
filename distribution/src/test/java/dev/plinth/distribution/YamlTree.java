package dev.plinth.distribution;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A part of a YAML document. What is missing is an empty tree, so that whoever looks for something
 * deep in a document need not ask at each step.
 *
 * <p>Immutable.
 */
record YamlTree(Optional<Object> value) {

  /** Reads every document of a text, with {@code <<} replaced by what it refers to. */
  static List<YamlTree> documents(String text) {
    List<YamlTree> documents = new ArrayList<>();
    for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(text)) {
      documents.add(new YamlTree(Optional.ofNullable(document).map(YamlTree::merged)));
    }
    return documents;
  }

  private static Object merged(Object value) {
    if (value instanceof List<?> items) {
      return items.stream().map(item -> merged(item)).toList();
    }
    if (!(value instanceof Map<?, ?> members)) {
      return value;
    }
    Map<String, Object> result = new LinkedHashMap<>();
    if (members.get("<<") instanceof Map<?, ?> base
        && merged(base) instanceof Map<?, ?> inherited) {
      inherited.forEach((name, member) -> result.put(String.valueOf(name), member));
    }
    members.forEach((name, member) -> {
      if (!"<<".equals(name)) {
        result.put(String.valueOf(name), member == null ? Map.of() : merged(member));
      }
    });
    return result;
  }

  YamlTree at(String... path) {
    Optional<Object> found = value;
    for (String name : path) {
      found =
          found.flatMap(tree ->
              tree instanceof Map<?, ?> members
                  ? Optional.ofNullable(members.get(name))
                  : Optional.empty());
    }
    return new YamlTree(found);
  }

  boolean isMissing() {
    return value.isEmpty();
  }

  /** What stands here as a text, empty if nothing does. */
  String text() {
    return value.map(String::valueOf).orElse("");
  }

  int number() {
    return text().matches("\\d{1,9}") ? Integer.parseInt(text()) : -1;
  }

  List<YamlTree> items() {
    return value.orElse(List.of()) instanceof List<?> list
        ? list.stream().map(item -> new YamlTree(Optional.<Object>ofNullable(item))).toList()
        : List.of();
  }

  List<String> texts() {
    return items().stream().map(YamlTree::text).toList();
  }

  Map<String, YamlTree> members() {
    Map<String, YamlTree> result = new LinkedHashMap<>();
    if (value.orElse(Map.of()) instanceof Map<?, ?> map) {
      map.forEach((name, member) ->
          result.put(String.valueOf(name), new YamlTree(Optional.<Object>ofNullable(member))));
    }
    return result;
  }

  /** The members as texts. */
  Map<String, String> pairs() {
    Map<String, String> result = new LinkedHashMap<>();
    members().forEach((name, member) -> result.put(name, member.text()));
    return result;
  }
}
