package dev.plinth.service.registry.presence;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a gateway says about a device, such as its platform; the registry only keeps it.
 *
 * <p>Immutable.
 *
 * @param entries at most 16, in order of their names
 */
record Metadata(Map<String, String> entries) {
  static final Metadata NONE = new Metadata(Map.of());
  static final int MOST_ENTRIES = 16;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  Metadata {
    entries = Collections.unmodifiableMap(new TreeMap<>(entries));
  }

  static Optional<String> nameViolation(String name) {
    return NAME.matcher(name).matches()
        ? Optional.empty()
        : Optional.of("a name must match " + NAME.pattern());
  }

  static Optional<String> valueViolation(String value) {
    return value.isEmpty() ? Optional.empty() : Texts.violation(value);
  }
}
