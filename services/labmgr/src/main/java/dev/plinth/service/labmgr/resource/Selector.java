package dev.plinth.service.labmgr.resource;

import dev.plinth.chassis.error.FieldErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which resources are meant: requirements on labels and on fields, all of which must hold.
 *
 * <p>Immutable.
 *
 * @param requirements none for every resource
 */
public record Selector(List<Requirement> requirements) {
  /** Every resource. */
  public static final Selector ALL = new Selector(List.of());

  private static final Pattern SET =
      Pattern.compile("([^\\s!=,()]+)\\s+(in|notin)\\s*\\(([^()]*)\\)");
  private static final Pattern EQUALITY =
      Pattern.compile("([^\\s!=,()]+)\\s*(==|=|!=)\\s*([^\\s!=,()]*)");
  private static final Pattern PRESENCE = Pattern.compile("(!?)\\s*([^\\s!=,()]+)");

  /** What is looked at. */
  public enum Source {
    /** A label. */
    LABEL,
    /** A field of the resource. */
    FIELD
  }

  /** What must hold. */
  public enum Operator {
    /** The value is one of the list. */
    IN,
    /** The value is none of the list, or missing. */
    NOT_IN,
    /** There is a value. */
    EXISTS,
    /** There is none. */
    ABSENT
  }

  /**
   * One requirement.
   *
   * @param source what is looked at
   * @param key the name of the label or field
   * @param operator what must hold
   * @param values what the operator compares with
   */
  public record Requirement(Source source, String key, Operator operator, List<String> values) {
    /** Copies the list. */
    public Requirement {
      values = List.copyOf(values);
    }

    private boolean holds(Optional<String> value) {
      return switch (operator) {
        case IN -> value.isPresent() && values.contains(value.get());
        case NOT_IN -> value.isEmpty() || !values.contains(value.get());
        case EXISTS -> value.isPresent();
        case ABSENT -> value.isEmpty();
      };
    }
  }

  /** Copies the list. */
  public Selector {
    requirements = List.copyOf(requirements);
  }

  /**
   * Parses what a request says: {@code a=b}, {@code a!=b}, {@code a in (b,c)}, {@code a notin
   * (b,c)}, {@code a} and {@code !a} for labels, the first two for fields; divided by commas.
   *
   * @param kind what is selected
   * @param labels the label selector, empty for none
   * @param fields the field selector, empty for none
   * @param errors what is wrong goes here
   * @return the selector, incomplete if there were errors
   */
  static Selector parse(ResourceKind kind, String labels, String fields, FieldErrors errors) {
    List<Requirement> found = new ArrayList<>();
    for (String term : terms(labels)) {
      Optional<Requirement> requirement = labelRequirement(term);
      requirement.ifPresentOrElse(
          found::add,
          () ->
              errors.add(
                  "labelSelector",
                  "'" + term + "' is none of: a=b, a!=b, a in (b,c), a notin (b,c), a, !a"));
    }
    for (String term : terms(fields)) {
      Matcher equality = EQUALITY.matcher(term);
      if (!equality.matches()) {
        errors.add("fieldSelector", "'" + term + "' is neither a=b nor a!=b");
      } else if (!fieldNames(kind).contains(equality.group(1))) {
        errors.add(
            "fieldSelector",
            "'" + equality.group(1) + "' is none of: " + String.join(", ", fieldNames(kind)));
      } else {
        found.add(equality(Source.FIELD, equality));
      }
    }
    return new Selector(found);
  }

  /** Returns what field selectors may name. */
  static List<String> fieldNames(ResourceKind kind) {
    List<String> names = new ArrayList<>(List.of("metadata.name", "metadata.namespace"));
    kind.selectableFields().keySet().stream().sorted().forEach(names::add);
    return names;
  }

  private static List<String> terms(String text) {
    List<String> terms = new ArrayList<>();
    int depth = 0;
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '(' -> depth++;
        case ')' -> depth--;
        case ',' -> {
          if (depth == 0) {
            terms.add(text.substring(from, i).strip());
            from = i + 1;
          }
        }
        default -> {
          // part of a term
        }
      }
    }
    if (!text.isBlank()) {
      terms.add(text.substring(from).strip());
    }
    return terms;
  }

  private static Optional<Requirement> labelRequirement(String term) {
    Matcher set = SET.matcher(term);
    if (set.matches()) {
      List<String> values =
          Pattern.compile(",").splitAsStream(set.group(3)).map(String::strip).toList();
      Operator operator = set.group(2).equals("in") ? Operator.IN : Operator.NOT_IN;
      return Optional.of(new Requirement(Source.LABEL, set.group(1), operator, values));
    }
    Matcher equality = EQUALITY.matcher(term);
    if (equality.matches()) {
      return Optional.of(equality(Source.LABEL, equality));
    }
    Matcher presence = PRESENCE.matcher(term);
    if (presence.matches()) {
      Operator operator = presence.group(1).isEmpty() ? Operator.EXISTS : Operator.ABSENT;
      return Optional.of(new Requirement(Source.LABEL, presence.group(2), operator, List.of()));
    }
    return Optional.empty();
  }

  private static Requirement equality(Source source, Matcher matcher) {
    Operator operator = matcher.group(2).equals("!=") ? Operator.NOT_IN : Operator.IN;
    return new Requirement(source, matcher.group(1), operator, List.of(matcher.group(3)));
  }

  /** Says whether every resource is meant. */
  boolean isAll() {
    return requirements.isEmpty();
  }

  /**
   * Says whether a resource is meant.
   *
   * @param kind its kind
   * @param resource the resource
   * @return whether all requirements hold
   */
  boolean selects(ResourceKind kind, LabResource resource) {
    return requirements.stream().allMatch(r -> r.holds(valueOf(kind, resource, r)));
  }

  private static Optional<String> valueOf(
      ResourceKind kind, LabResource resource, Requirement requirement) {
    return switch (requirement.source()) {
      case LABEL -> Optional.ofNullable(resource.metadata().labels().get(requirement.key()));
      case FIELD -> field(kind, resource, requirement.key());
    };
  }

  /** Returns the value of a field that selectors may name. */
  static Optional<String> field(ResourceKind kind, LabResource resource, String name) {
    return switch (name) {
      case "metadata.name" -> Optional.of(resource.name().name());
      case "metadata.namespace" -> Optional.of(resource.name().namespace());
      default -> {
        Function<LabResource, Optional<String>> accessor = kind.selectableFields().get(name);
        yield accessor == null ? Optional.empty() : accessor.apply(resource);
      }
    };
  }
}
