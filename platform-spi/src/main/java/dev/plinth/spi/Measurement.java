package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * One number that a store knows of itself, to be looked at beside how its operations go.
 *
 * <p>Immutable.
 *
 * @param name what is measured: words in lower case with hyphens between, the unit last if there is
 *     one, as in {@code state-bytes}
 * @param meaning one line for people
 * @param value the number now; empty if it is not known now
 * @since 0.1
 */
public record Measurement(String name, String meaning, OptionalLong value) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  /** Checks the name. */
  public Measurement {
    requireNonNull(meaning, "meaning");
    requireNonNull(value, "value");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no name of a measurement: " + name);
    }
  }
}
