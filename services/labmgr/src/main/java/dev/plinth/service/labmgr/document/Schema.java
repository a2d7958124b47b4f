package dev.plinth.service.labmgr.document;

import dev.plinth.chassis.error.FieldErrors;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a JSON value may be: one model for checking requests, filling in defaults and describing the
 * API.
 *
 * <p>Immutable.
 */
public sealed interface Schema permits Schema.Leaf, Schema.Items, Schema.Dictionary, Structure {

  /**
   * Checks a value.
   *
   * @param value present, not null
   * @param path where it stands
   * @param errors what is wrong goes here
   */
  void check(Object value, String path, FieldErrors errors);

  /**
   * Fills in defaults below a value.
   *
   * @param value what was written, if anything
   * @return what it means, if anything
   */
  Optional<Object> complete(Optional<Object> value);

  /**
   * Describes the value as an OpenAPI 3 schema.
   *
   * @return a tree of JDK values
   */
  Map<String, Object> describe();

  /** Any text of limited length. */
  static Text text(String description) {
    return new Text(description, Optional.empty(), "", List.of(), 1024, Optional.empty());
  }

  /** A whole number within bounds. */
  static Whole whole(String description, long min, long max) {
    return new Whole(description, min, max, Optional.empty());
  }

  /** True or false. */
  static Flag flag(String description) {
    return new Flag(description, Optional.empty());
  }

  /** A point in time. */
  static Time time(String description) {
    return new Time(description);
  }

  /** A list. */
  static Items list(String description, Schema item, int most) {
    return new Items(description, item, most);
  }

  /** An object of texts whose names the user chooses. */
  static Dictionary dictionary(String description, Text key, Text value) {
    return new Dictionary(description, key, value);
  }

  /** An object with known members. */
  static Structure structure(String description) {
    return new Structure(description, Map.of());
  }

  /** A reference to a secret, in the place where others would write the secret itself. */
  static SecretReference secret(String description) {
    return new SecretReference(description);
  }

  private static Map<String, Object> described(String type, String description) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", type);
    schema.put("description", description);
    return schema;
  }

  /** A value without others below it. */
  sealed interface Leaf extends Schema {
    /** Returns what a missing value means, if anything. */
    Optional<Object> fallback();

    @Override
    default Optional<Object> complete(Optional<Object> value) {
      return value.or(this::fallback);
    }
  }

  /**
   * A text.
   *
   * @param description for people
   * @param pattern what it must match as a whole
   * @param grammar the pattern in words
   * @param words the only ones allowed, if any are listed
   * @param longest in characters
   * @param fallback what a missing value means
   */
  record Text(
      String description,
      Optional<Pattern> pattern,
      String grammar,
      List<String> words,
      int longest,
      Optional<Object> fallback)
      implements Leaf {
    /** Copies the list. */
    public Text {
      words = List.copyOf(words);
    }

    /** Demands a pattern, which is explained by a few words. */
    public Text matching(String regex, String inWords) {
      return new Text(
          description, Optional.of(Pattern.compile(regex)), inWords, words, longest, fallback);
    }

    /** Allows a few words only. */
    public Text oneOf(List<String> allowed) {
      return new Text(description, pattern, grammar, allowed, longest, fallback);
    }

    /** Limits the length. */
    public Text atMost(int characters) {
      return new Text(description, pattern, grammar, words, characters, fallback);
    }

    /** Says what a missing value means. */
    public Text orElse(String value) {
      return new Text(description, pattern, grammar, words, longest, Optional.of(value));
    }

    @Override
    public void check(Object value, String path, FieldErrors errors) {
      if (!(value instanceof String text)) {
        errors.add(path, "must be a text");
      } else if (text.length() > longest) {
        errors.add(path, "must be at most " + longest + " characters long");
      } else if (!words.isEmpty() && !words.contains(text)) {
        errors.add(path, "must be one of: " + String.join(", ", words));
      } else if (pattern.isPresent() && !pattern.get().matcher(text).matches()) {
        errors.add(path, "must be " + grammar);
      }
    }

    @Override
    public Map<String, Object> describe() {
      Map<String, Object> schema = described("string", description);
      pattern.ifPresent(p -> schema.put("pattern", "^" + p.pattern() + "$"));
      if (!words.isEmpty()) {
        schema.put("enum", words);
      }
      schema.put("maxLength", longest);
      fallback.ifPresent(value -> schema.put("default", value));
      return schema;
    }
  }

  /**
   * A whole number.
   *
   * @param description for people
   * @param min the smallest
   * @param max the largest
   * @param fallback what a missing value means
   */
  record Whole(String description, long min, long max, Optional<Object> fallback) implements Leaf {
    /** Says what a missing value means. */
    public Whole orElse(long value) {
      return new Whole(description, min, max, Optional.of(value));
    }

    @Override
    public void check(Object value, String path, FieldErrors errors) {
      if (!(value instanceof Long number)) {
        errors.add(path, "must be a whole number");
      } else if (number < min || number > max) {
        errors.add(path, "must be between " + min + " and " + max);
      }
    }

    @Override
    public Map<String, Object> describe() {
      Map<String, Object> schema = described("integer", description);
      schema.put("format", "int64");
      schema.put("minimum", min);
      schema.put("maximum", max);
      fallback.ifPresent(value -> schema.put("default", value));
      return schema;
    }
  }

  /**
   * True or false.
   *
   * @param description for people
   * @param fallback what a missing value means
   */
  record Flag(String description, Optional<Object> fallback) implements Leaf {
    /** Says what a missing value means. */
    public Flag orElse(boolean value) {
      return new Flag(description, Optional.of(value));
    }

    @Override
    public void check(Object value, String path, FieldErrors errors) {
      if (!(value instanceof Boolean)) {
        errors.add(path, "must be true or false");
      }
    }

    @Override
    public Map<String, Object> describe() {
      Map<String, Object> schema = described("boolean", description);
      fallback.ifPresent(value -> schema.put("default", value));
      return schema;
    }
  }

  /**
   * A point in time in UTC.
   *
   * @param description for people
   */
  record Time(String description) implements Leaf {
    @Override
    public Optional<Object> fallback() {
      return Optional.empty();
    }

    @Override
    public void check(Object value, String path, FieldErrors errors) {
      if (value instanceof String text) {
        try {
          Instant.parse(text);
          return;
        } catch (DateTimeParseException notATime) {
          // said below, with what would be right
        }
      }
      errors.add(path, "must be a time such as 2026-01-31T12:00:00Z");
    }

    @Override
    public Map<String, Object> describe() {
      Map<String, Object> schema = described("string", description);
      schema.put("format", "date-time");
      return schema;
    }
  }

  /**
   * A reference to a secret: {@code {"secretRef": {"environment": "NAME"}}} or {@code {"secretRef":
   * {"file": "path"}}}. A plain text in its place is refused, and never repeated in the answer.
   *
   * @param description for people
   */
  record SecretReference(String description) implements Leaf {
    @Override
    public Optional<Object> fallback() {
      return Optional.empty();
    }

    @Override
    public void check(Object value, String path, FieldErrors errors) {
      if (!(value instanceof Map<?, ?>)) {
        errors.add(
            path,
            "a secret is not accepted in plain; refer to it as {\"secretRef\": {\"environment\":"
                + " \"NAME\"}} or {\"secretRef\": {\"file\": \"path\"}}");
        return;
      }
      int before = errors.list().size();
      shape().check(value, path, errors);
      if (errors.list().size() == before) {
        Document reference = Document.from(value).child("secretRef");
        if (reference.has("environment") == reference.has("file")) {
          errors.add(path + ".secretRef", "must name either an environment variable or a file");
        }
      }
    }

    private static Structure shape() {
      return structure("A reference to a secret.")
          .required(
              "secretRef",
              structure("Where the secret is; its value never enters the store.")
                  .optional(
                      "environment",
                      text("An environment variable that the configuration allows.").atMost(256))
                  .optional("file", text("A file that the configuration allows.").atMost(1024)));
    }

    @Override
    public Map<String, Object> describe() {
      Map<String, Object> schema = new LinkedHashMap<>(shape().describe());
      schema.put("description", description);
      return schema;
    }
  }

  /**
   * A list.
   *
   * @param description for people
   * @param item what each item may be
   * @param most how many items at most
   */
  record Items(String description, Schema item, int most) implements Schema {
    @Override
    public void check(Object value, String path, FieldErrors errors) {
      if (!(value instanceof List<?> list)) {
        errors.add(path, "must be a list");
        return;
      }
      if (list.size() > most) {
        errors.add(path, "must have at most " + most + " items");
        return;
      }
      int index = 0;
      for (Object each : list) {
        String place = path + "[" + index++ + "]";
        if (each == null) {
          errors.add(place, "must not be null");
        } else {
          item.check(each, place, errors);
        }
      }
    }

    @Override
    public Optional<Object> complete(Optional<Object> value) {
      return value.map(written -> {
        List<Object> completed = new ArrayList<>();
        if (written instanceof List<?> list) {
          for (@Nullable Object each : list) {
            item.complete(Optional.ofNullable(each)).ifPresent(completed::add);
          }
        }
        return completed;
      });
    }

    @Override
    public Map<String, Object> describe() {
      Map<String, Object> schema = described("array", description);
      schema.put("items", item.describe());
      schema.put("maxItems", most);
      return schema;
    }
  }

  /**
   * An object of texts whose names the user chooses.
   *
   * @param description for people
   * @param key what a name may be
   * @param value what a value may be
   */
  record Dictionary(String description, Text key, Text value) implements Schema {
    @Override
    public void check(Object written, String path, FieldErrors errors) {
      if (!(written instanceof Map<?, ?> map)) {
        errors.add(path, "must be an object of texts");
        return;
      }
      map.forEach((name, each) -> {
        FieldErrors ofName = new FieldErrors();
        key.check(name, path, ofName);
        ofName.list().forEach(v -> errors.add(path, "key '" + name + "' " + v.message()));
        if (each == null) {
          errors.add(path + "." + name, "must be a text");
        } else {
          value.check(each, path + "." + name, errors);
        }
      });
    }

    @Override
    public Optional<Object> complete(Optional<Object> written) {
      return written;
    }

    @Override
    public Map<String, Object> describe() {
      Map<String, Object> schema = described("object", description);
      schema.put("additionalProperties", value.describe());
      return schema;
    }
  }
}
