package dev.plinth.distribution.cli;

import dev.plinth.spi.Settings;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that say what the configuration is. */
final class ConfigurationOptions {
  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Sets one key.")
  private Map<String, String> set = new LinkedHashMap<>();

  Settings settings() {
    Map<String, Object> top = new LinkedHashMap<>();
    set.forEach((key, value) -> put(top, key, value));
    return Settings.of(top);
  }

  @SuppressWarnings("unchecked")
  private static void put(Map<String, Object> section, String key, String value) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      section.put(key, value);
    } else {
      put(
          (Map<String, Object>)
              section.computeIfAbsent(key.substring(0, dot), k -> new LinkedHashMap<>()),
          key.substring(dot + 1),
          value);
    }
  }
}
