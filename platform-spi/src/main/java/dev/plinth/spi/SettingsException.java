package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A configuration key is unknown, missing or wrong.
 *
 * @since 0.1
 */
@SuppressWarnings("serial") // never serialised
public final class SettingsException extends RuntimeException {
  private final String key;
  private final List<String> known;

  /**
   * A mistake in the configuration.
   *
   * @param key the full key, such as {@code store.memory.history}
   * @param problem what is wrong with it, and where it came from
   */
  public SettingsException(String key, String problem) {
    this(key, problem, List.of());
  }

  /**
   * A key that is not known.
   *
   * @param key the full key
   * @param problem what is wrong with it, and where it came from
   * @param known the keys that are known beside it
   */
  public SettingsException(String key, String problem, List<String> known) {
    super(key + ": " + problem);
    this.key = requireNonNull(key);
    this.known = List.copyOf(known);
  }

  /**
   * Returns which key is wrong.
   *
   * @return the full key
   */
  public String key() {
    return key;
  }

  /**
   * Returns what could have been written instead of an unknown key.
   *
   * @return the keys of that section, without its path; empty for other mistakes
   */
  public List<String> known() {
    return known;
  }
}
