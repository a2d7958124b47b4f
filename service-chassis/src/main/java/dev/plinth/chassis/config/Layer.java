package dev.plinth.chassis.config;

import dev.plinth.spi.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The values of one rank: all flags, or all variables. Two that set the same key must agree.
 *
 * <p>One thread at a time.
 */
final class Layer {
  private final Map<String, Settings.Scalar> values = new LinkedHashMap<>();

  void put(String key, String value, String origin) {
    Settings.Scalar before = values.putIfAbsent(key, new Settings.Scalar(value, origin));
    if (before != null && !items(before.text()).equals(items(value))) {
      throw new ConfigurationException(
          key + ": " + before.origin() + " and " + origin + " set it to different values");
    }
  }

  Map<String, Settings.Scalar> values() {
    return values;
  }

  private static List<String> items(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
  }

  /** Returns a section with the values of this layer in it, over what stands there. */
  Settings.Section over(Settings.Section below) {
    Settings.Section merged = below;
    for (Map.Entry<String, Settings.Scalar> value : values.entrySet()) {
      merged =
          with(merged, new ArrayList<>(List.of(value.getKey().split("\\."))), value.getValue());
    }
    return merged;
  }

  private static Settings.Section with(
      Settings.Section section, List<String> path, Settings.Scalar value) {
    Map<String, Settings.Node> children = new LinkedHashMap<>(section.children());
    String key = path.removeFirst();
    if (path.isEmpty()) {
      children.put(key, value);
      return new Settings.Section(children, section.origin());
    }
    Settings.Section inner =
        switch (children.get(key)) {
          case null -> new Settings.Section(Map.of(), value.origin());
          case Settings.Section there -> there;
          case Settings.Node other ->
              throw new ConfigurationException(
                  key + ": must be a section with keys of its own (" + other.origin() + ")");
        };
    children.put(key, with(inner, path, value));
    return new Settings.Section(children, section.origin());
  }
}
