package dev.plinth.service.labmgr.resource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The resources of one kind by name, by label and by field.
 *
 * <p>One thread at a time.
 */
final class ResourceIndex {
  private final ResourceKind kind;
  private final Map<String, Namespace> namespaces = new HashMap<>();

  private static final class Namespace {
    private final NavigableMap<String, Stored> byName = new TreeMap<>();
    private final NavigableMap<String, Stored.Unreadable> invalid = new TreeMap<>();
    private final Map<String, NavigableSet<String>> postings = new HashMap<>();
  }

  ResourceIndex(ResourceKind kind) {
    this.kind = kind;
  }

  void put(Stored stored) {
    remove(stored.name());
    Namespace namespace =
        namespaces.computeIfAbsent(stored.name().namespace(), n -> new Namespace());
    String name = stored.name().name();
    namespace.byName.put(name, stored);
    switch (stored) {
      case LabResource resource ->
          terms(resource)
              .forEach(
                  term -> namespace.postings.computeIfAbsent(term, t -> new TreeSet<>()).add(name));
      case Stored.Unreadable unreadable -> namespace.invalid.put(name, unreadable);
    }
  }

  void remove(ResourceName gone) {
    Namespace namespace = namespaces.get(gone.namespace());
    Stored before = namespace == null ? null : namespace.byName.remove(gone.name());
    if (namespace == null || before == null) {
      return;
    }
    namespace.invalid.remove(gone.name());
    if (before instanceof LabResource resource) {
      for (String term : terms(resource)) {
        NavigableSet<String> names = namespace.postings.get(term);
        if (names != null && names.remove(gone.name()) && names.isEmpty()) {
          namespace.postings.remove(term);
        }
      }
    }
    if (namespace.byName.isEmpty()) {
      namespaces.remove(gone.namespace());
    }
  }

  void clear() {
    namespaces.clear();
  }

  /** Returns every name. */
  List<ResourceName> names() {
    return namespaces.entrySet().stream()
        .flatMap(
            n -> n.getValue().byName.keySet().stream().map(x -> new ResourceName(n.getKey(), x)))
        .toList();
  }

  /** Returns how many resources there are, those that cannot be read included. */
  long size() {
    return namespaces.values().stream().mapToLong(n -> n.byName.size()).sum();
  }

  /** Returns how many values cannot be read. */
  long invalid() {
    return namespaces.values().stream().mapToLong(n -> n.invalid.size()).sum();
  }

  /**
   * Finds what a selector means, by the shortest posting list that covers it.
   *
   * @param name the namespace
   * @param selector what is meant
   * @return in order of names; what cannot be read is part of every answer
   */
  List<Stored> search(String name, Selector selector) {
    Namespace namespace = namespaces.get(name);
    if (namespace == null) {
      return List.of();
    }
    Optional<SortedSet<String>> candidates =
        selector.requirements().stream()
            .filter(ResourceIndex::isPosted)
            .map(r -> posted(namespace, r))
            .min((a, b) -> Integer.compare(a.size(), b.size()));
    if (candidates.isEmpty()) {
      return namespace.byName.values().stream().filter(s -> isMeant(selector, s)).toList();
    }
    SortedSet<String> names = new TreeSet<>(candidates.get());
    names.addAll(namespace.invalid.keySet());
    return names.stream()
        .map(namespace.byName::get)
        .filter(s -> s != null && isMeant(selector, s))
        .toList();
  }

  private boolean isMeant(Selector selector, Stored stored) {
    return switch (stored) {
      case LabResource resource -> selector.selects(kind, resource);
      case Stored.Unreadable unreadable -> true;
    };
  }

  private static boolean isPosted(Selector.Requirement requirement) {
    return switch (requirement.operator()) {
      case IN, EXISTS -> !requirement.key().startsWith("metadata.");
      case NOT_IN, ABSENT -> false;
    };
  }

  private static SortedSet<String> posted(Namespace namespace, Selector.Requirement requirement) {
    return switch (requirement.operator()) {
      case EXISTS -> posting(namespace, term(requirement.source(), requirement.key()));
      case IN -> {
        if (requirement.values().size() == 1) {
          String value = requirement.values().getFirst();
          yield posting(namespace, term(requirement.source(), requirement.key(), value));
        }
        SortedSet<String> union = new TreeSet<>();
        for (String value : requirement.values()) {
          union.addAll(posting(namespace, term(requirement.source(), requirement.key(), value)));
        }
        yield union;
      }
      case NOT_IN, ABSENT -> Collections.emptySortedSet();
    };
  }

  private static SortedSet<String> posting(Namespace namespace, String term) {
    NavigableSet<String> names = namespace.postings.get(term);
    return names == null ? Collections.emptySortedSet() : names;
  }

  private List<String> terms(LabResource resource) {
    List<String> terms = new ArrayList<>();
    resource
        .metadata()
        .labels()
        .forEach((key, value) -> {
          terms.add(term(Selector.Source.LABEL, key));
          terms.add(term(Selector.Source.LABEL, key, value));
        });
    kind.selectableFields()
        .forEach((field, accessor) ->
            accessor
                .apply(resource)
                .ifPresent(value -> terms.add(term(Selector.Source.FIELD, field, value))));
    return terms;
  }

  private static String term(Selector.Source source, String key) {
    return source + ":" + key;
  }

  private static String term(Selector.Source source, String key, String value) {
    return source + ":" + key + "=" + value;
  }
}
