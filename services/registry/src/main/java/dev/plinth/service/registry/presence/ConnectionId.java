package dev.plinth.service.registry.presence;

import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Which of the connections that a device ever had holds a registration. Whoever knows it may renew
 * and end the registration, so it is told to nobody but the one who registered.
 *
 * <p>Immutable.
 *
 * @param value 1 to 128 letters, digits, dots, underscores, colons and hyphens
 */
record ConnectionId(String value) {
  private static final Pattern GRAMMAR = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  ConnectionId {
    Optional<String> violation = violation(value);
    if (violation.isPresent()) {
      throw new IllegalArgumentException("connection id " + violation.get());
    }
  }

  static Optional<String> violation(String text) {
    return GRAMMAR.matcher(text).matches()
        ? Optional.empty()
        : Optional.of("must match " + GRAMMAR.pattern());
  }

  /** Draws an id of 128 random bits. */
  static ConnectionId random(RandomGenerator random) {
    return new ConnectionId(String.format("%016x%016x", random.nextLong(), random.nextLong()));
  }

  /** Hides the value, which is as good as the registration. */
  @Override
  public String toString() {
    return "***";
  }
}
