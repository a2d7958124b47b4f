package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One section of the configuration, with typed access and errors that name the key and where it was
 * written.
 *
 * <p>Immutable. Keys are kebab-case. Scalars are kept as written and parsed when asked for, so that
 * a file, an environment variable and a flag mean the same. Durations carry a unit ({@code 500ms},
 * {@code 3s}, {@code 5m}, {@code 1h}, {@code 7d}, or ISO 8601), sizes too ({@code 512KiB}, {@code
 * 1.5MiB}; a plain number is bytes).
 *
 * @since 0.1
 */
public final class Settings {

  /**
   * A written value and where it was written.
   *
   * @since 0.1
   */
  public sealed interface Node {
    /**
     * Returns where the value was written.
     *
     * @return such as {@code plinth.yaml:12} or {@code --set}
     */
    String origin();
  }

  /**
   * A single value.
   *
   * @param text as written
   * @param origin where
   */
  public record Scalar(String text, String origin) implements Node {
    /** Checks that nothing is null. */
    public Scalar {
      requireNonNull(text, "text");
      requireNonNull(origin, "origin");
    }
  }

  /**
   * A list of single values.
   *
   * @param items as written
   * @param origin where
   */
  public record Items(List<String> items, String origin) implements Node {
    /** Copies the list. */
    public Items {
      items = List.copyOf(items);
      requireNonNull(origin, "origin");
    }
  }

  /**
   * Keys and their values.
   *
   * @param children in the order written
   * @param origin where
   */
  public record Section(Map<String, Node> children, String origin) implements Node {
    /** Copies the map, keeping its order. */
    public Section {
      children = Collections.unmodifiableMap(new LinkedHashMap<>(children));
      requireNonNull(origin, "origin");
    }
  }

  private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*(B|KiB|MiB|GiB)?");

  private final String path;
  private final Section section;

  private Settings(String path, Section section) {
    this.path = path;
    this.section = section;
  }

  /**
   * Returns settings in which everything has its default.
   *
   * @return no keys
   */
  public static Settings empty() {
    return new Settings("", new Section(Map.of(), "defaults"));
  }

  /**
   * Returns settings from plain values, for those who embed a store.
   *
   * @param values scalars (their {@code toString}), lists of scalars, and maps of the same
   * @return the settings
   */
  public static Settings of(Map<String, ?> values) {
    return new Settings("", section(values));
  }

  /**
   * Returns settings from what was read.
   *
   * @param path the full key of the section, empty at the top
   * @param section what was written in it
   * @return the settings
   */
  public static Settings of(String path, Section section) {
    return new Settings(requireNonNull(path), requireNonNull(section));
  }

  private static Section section(Map<?, ?> values) {
    Map<String, Node> children = new LinkedHashMap<>();
    values.forEach((key, value) -> children.put(String.valueOf(key), node(value)));
    return new Section(children, "code");
  }

  private static Node node(Object value) {
    if (value instanceof Map<?, ?> map) {
      return section(map);
    }
    if (value instanceof List<?> list) {
      return new Items(list.stream().map(String::valueOf).toList(), "code");
    }
    return new Scalar(value.toString(), "code");
  }

  /**
   * Returns the full key of this section.
   *
   * @return such as {@code store.memory}; empty at the top
   */
  public String path() {
    return path;
  }

  /**
   * Returns the keys that are written in this section.
   *
   * @return in the order written
   */
  public Set<String> keys() {
    return section.children().keySet();
  }

  /**
   * Says whether a key is written.
   *
   * @param key a key of this section
   * @return whether it has a value of its own
   */
  public boolean has(String key) {
    return section.children().containsKey(key);
  }

  /**
   * Returns what is written, for printing and merging.
   *
   * @return the whole section
   */
  public Section written() {
    return section;
  }

  /**
   * Refuses keys that nobody reads.
   *
   * @param known every key of this section
   * @throws SettingsException naming the first unknown key, where it is and the nearest known one
   */
  public void allowOnly(String... known) {
    List<String> names = List.of(known);
    for (Map.Entry<String, Node> child : section.children().entrySet()) {
      if (!names.contains(child.getKey())) {
        String hint =
            nearest(child.getKey(), names).map(n -> "; did you mean '" + n + "'?").orElse("");
        throw new SettingsException(
            full(child.getKey()), "unknown key (" + child.getValue().origin() + ")" + hint, names);
      }
    }
  }

  /**
   * Returns a section below this one.
   *
   * @param key its key
   * @return what is written there, or a section without keys
   * @throws SettingsException if something else than a section is written there
   */
  public Settings section(String key) {
    return switch (section.children().get(key)) {
      case null -> new Settings(full(key), new Section(Map.of(), "defaults"));
      case Section child -> new Settings(full(key), child);
      case Node other -> throw error(key, "must be a section with keys of its own");
    };
  }

  /**
   * Returns a text that must be written.
   *
   * @param key which
   * @return the text
   * @throws SettingsException if it is missing
   */
  public String string(String key) {
    return optionalString(key)
        .orElseThrow(
            () -> new SettingsException(full(key), "a value is needed and has no default"));
  }

  /**
   * Returns a text.
   *
   * @param key which
   * @param fallback if nothing is written
   * @return the text
   */
  public String string(String key, String fallback) {
    return optionalString(key).orElse(fallback);
  }

  /**
   * Returns a text that may be left out.
   *
   * @param key which
   * @return the text, if written
   * @throws SettingsException if it is a list or a section
   */
  public Optional<String> optionalString(String key) {
    return switch (section.children().get(key)) {
      case null -> Optional.empty();
      case Scalar scalar -> Optional.of(scalar.text());
      case Node other -> throw error(key, "must be a single value");
    };
  }

  /**
   * Returns one of a few words.
   *
   * @param key which
   * @param fallback if nothing is written
   * @param allowed the words
   * @return one of them
   * @throws SettingsException if another word is written
   */
  public String oneOf(String key, String fallback, String... allowed) {
    String word = string(key, fallback);
    if (!Arrays.asList(allowed).contains(word)) {
      throw error(key, "'" + word + "' is none of: " + String.join(", ", allowed));
    }
    return word;
  }

  /**
   * Returns a whole number.
   *
   * @param key which
   * @param fallback if nothing is written
   * @param min the smallest allowed
   * @param max the largest allowed
   * @return the number
   * @throws SettingsException if it is no whole number or out of range
   */
  public int integer(String key, int fallback, int min, int max) {
    return (int) number(key, fallback, min, max);
  }

  /**
   * Returns a whole number.
   *
   * @param key which
   * @param fallback if nothing is written
   * @param min the smallest allowed
   * @param max the largest allowed
   * @return the number
   * @throws SettingsException if it is no whole number or out of range
   */
  public long number(String key, long fallback, long min, long max) {
    Optional<String> text = optionalString(key);
    if (text.isEmpty()) {
      return fallback;
    }
    try {
      long number = Long.parseLong(text.get().trim());
      if (number < min || number > max) {
        throw error(key, number + " is not between " + min + " and " + max);
      }
      return number;
    } catch (NumberFormatException notANumber) {
      throw error(key, "'" + text.get() + "' is not a whole number");
    }
  }

  /**
   * Returns true or false.
   *
   * @param key which
   * @param fallback if nothing is written
   * @return whether it is on
   * @throws SettingsException if neither is written
   */
  public boolean flag(String key, boolean fallback) {
    String text = string(key, Boolean.toString(fallback));
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw error(key, "'" + text + "' is neither true nor false");
    };
  }

  /**
   * Returns a duration.
   *
   * @param key which
   * @param fallback if nothing is written
   * @return the duration, not negative
   * @throws SettingsException if it is no duration
   */
  public Duration duration(String key, Duration fallback) {
    return optionalString(key).map(text -> parseDuration(key, text)).orElse(fallback);
  }

  private Duration parseDuration(String key, String text) {
    Matcher matcher = DURATION.matcher(text.trim());
    try {
      if (matcher.matches()) {
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        };
      }
      if (text.startsWith("P")) {
        Duration duration = Duration.parse(text.trim());
        if (!duration.isNegative()) {
          return duration;
        }
      }
    } catch (DateTimeParseException | ArithmeticException | NumberFormatException notADuration) {
      // said below, with what would be right
    }
    throw error(key, "'" + text + "' is not a duration; write a number with ms, s, m, h or d");
  }

  /**
   * Returns a size in bytes.
   *
   * @param key which
   * @param fallback if nothing is written
   * @return the number of bytes
   * @throws SettingsException if it is no size
   */
  public long bytes(String key, long fallback) {
    Optional<String> text = optionalString(key);
    if (text.isEmpty()) {
      return fallback;
    }
    Matcher matcher = SIZE.matcher(text.get().trim());
    if (!matcher.matches()) {
      throw error(
          key, "'" + text.get() + "' is not a size; write a number with B, KiB, MiB or GiB");
    }
    String unit = Optional.ofNullable(matcher.group(2)).orElse("B");
    double factor =
        switch (unit) {
          case "KiB" -> 1024d;
          case "MiB" -> 1024d * 1024;
          case "GiB" -> 1024d * 1024 * 1024;
          default -> 1d;
        };
    return (long) (Double.parseDouble(matcher.group(1)) * factor);
  }

  /**
   * Returns a list of texts, written as a list or divided by commas.
   *
   * @param key which
   * @param fallback if nothing is written
   * @return the texts, trimmed, none empty
   * @throws SettingsException if a section is written there
   */
  public List<String> strings(String key, List<String> fallback) {
    return switch (section.children().get(key)) {
      case null -> List.copyOf(fallback);
      case Items list -> list.items();
      case Scalar scalar ->
          Arrays.stream(scalar.text().split(",", -1))
              .map(String::trim)
              .filter(item -> !item.isEmpty())
              .toList();
      case Section other -> throw error(key, "must be a list");
    };
  }

  /**
   * Returns a text that is never printed.
   *
   * @param key which
   * @return the secret, if written
   */
  public Optional<Secret> secret(String key) {
    return optionalString(key).map(Secret::of);
  }

  /**
   * Makes the error for a key whose value is wrong, with the place where it was written.
   *
   * @param key a key of this section
   * @param problem what is wrong
   * @return the error, to be thrown
   */
  public SettingsException error(String key, String problem) {
    Node node = section.children().get(key);
    return new SettingsException(
        full(key), node == null ? problem : problem + " (" + node.origin() + ")");
  }

  /**
   * Finds the candidate that looks most like a word.
   *
   * @param word what was written
   * @param candidates what could have been meant
   * @return the nearest one, if any is near at all
   */
  public static Optional<String> nearest(String word, List<String> candidates) {
    String lower = word.toLowerCase(Locale.ROOT).replace('_', '-');
    Optional<String> best = Optional.empty();
    int distance = Math.max(2, word.length() / 3) + 1;
    for (String candidate : candidates) {
      int d = editDistance(lower, candidate.toLowerCase(Locale.ROOT));
      if (d < distance) {
        distance = d;
        best = Optional.of(candidate);
      }
    }
    return best;
  }

  private static int editDistance(String a, String b) {
    List<Integer> row = new ArrayList<>();
    for (int j = 0; j <= b.length(); j++) {
      row.add(j);
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row.get(0);
      row.set(0, i);
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row.get(j);
        row.set(j, Math.min(substitute, 1 + Math.min(row.get(j), row.get(j - 1))));
      }
    }
    return row.get(b.length());
  }

  private String full(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Returns the path and the keys, never the values. */
  @Override
  public String toString() {
    return path + keys();
  }
}
