package dev.plinth.chassis.config;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Every key that can be configured, found out by asking the code that reads them: each section
 * names its keys when it refuses one that it does not know.
 *
 * <p>Immutable.
 */
public final class KnownKeys {
  private static final String UNHEARD_OF = "?";
  private static final int DEEPEST = 6;

  private final List<String> values;

  private KnownKeys(List<String> values) {
    this.values = List.copyOf(values);
  }

  /**
   * Asks for all keys.
   *
   * @param check reads a whole configuration and throws {@link SettingsException} for the first
   *     unknown key
   * @return the keys that it knows
   */
  public static KnownKeys of(Consumer<Settings> check) {
    List<String> values = new ArrayList<>();
    collect(check, List.of(), values);
    return new KnownKeys(values);
  }

  /**
   * Returns the keys that hold values.
   *
   * @return full keys, such as {@code store.memory.history-age}
   */
  public List<String> values() {
    return values;
  }

  /**
   * Finds the key that an environment variable means: in capitals, with {@code _} for dots and
   * hyphens.
   *
   * @param variable without its prefix, such as {@code STORE_BACKEND}
   * @return the key, if one is spelled so
   */
  Optional<String> byVariable(String variable) {
    return values.stream().filter(key -> variable(key).equals(variable)).findFirst();
  }

  /**
   * Finds the variable that looks most like another.
   *
   * @param variable without its prefix
   * @return the nearest one, without the prefix
   */
  Optional<String> nearestVariable(String variable) {
    return Settings.nearest(
            variable.replace('_', '-'),
            values.stream().map(key -> variable(key).replace('_', '-')).toList())
        .map(near -> near.replace('-', '_'));
  }

  private static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private static void collect(Consumer<Settings> check, List<String> path, List<String> values) {
    Optional<List<String>> known = keysOf(check, path);
    if (known.isEmpty()) {
      values.add(String.join(".", path));
      return;
    }
    for (String key : known.get()) {
      List<String> below = new ArrayList<>(path);
      below.add(key);
      collect(check, below, values);
    }
  }

  /** Puts an unheard-of key into the section at a path; nothing if there is no section. */
  private static Optional<List<String>> keysOf(Consumer<Settings> check, List<String> path) {
    if (path.size() > DEEPEST) {
      return Optional.empty();
    }
    Settings.Node probe =
        new Settings.Section(Map.of(UNHEARD_OF, new Settings.Scalar("", "probe")), "probe");
    for (String key : path.reversed()) {
      Map<String, Settings.Node> parent = new LinkedHashMap<>();
      parent.put(key, probe);
      probe = new Settings.Section(parent, "probe");
    }
    try {
      check.accept(Settings.of("", (Settings.Section) probe));
    } catch (SettingsException refused) {
      String prefix = path.isEmpty() ? "" : String.join(".", path) + ".";
      if (refused.key().equals(prefix + UNHEARD_OF)) {
        return Optional.of(refused.known());
      }
    }
    return Optional.empty();
  }
}
