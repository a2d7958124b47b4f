package dev.plinth.chassis.config;

import static java.util.Objects.requireNonNull;

/**
 * A key that was set on the command line.
 *
 * <p>Immutable.
 *
 * @param flag how it was written, with its hyphens
 * @param key the full key, or empty if the flag is one of {@link Alias#all}
 * @param value as written
 */
public record FlagValue(String flag, String key, String value) {
  /** Checks that nothing is null. */
  public FlagValue {
    requireNonNull(flag, "flag");
    requireNonNull(key, "key");
    requireNonNull(value, "value");
  }

  /**
   * Reads {@code --set key=value}.
   *
   * @param assignment what follows {@code --set}
   * @return the key and its value
   * @throws ConfigurationException if there is no {@code =}, or no key before it
   */
  public static FlagValue set(String assignment) {
    int sign = assignment.indexOf('=');
    if (sign <= 0) {
      throw new ConfigurationException("--set " + assignment + ": write it as key=value");
    }
    return new FlagValue(
        "--set", assignment.substring(0, sign).strip(), assignment.substring(sign + 1));
  }

  /**
   * Returns the value of a flag that is an alias of a key.
   *
   * @param flag such as {@code --port}
   * @param value as written
   * @return its value, for the key that the alias names
   */
  public static FlagValue alias(String flag, String value) {
    return new FlagValue(flag, "", value);
  }
}
