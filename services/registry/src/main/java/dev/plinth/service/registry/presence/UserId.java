package dev.plinth.service.registry.presence;

import java.util.Optional;

/**
 * Who is reached: compared byte by byte as given, never folded or normalised.
 *
 * <p>Immutable.
 *
 * @param value any text that is not empty, of at most 256 bytes of UTF-8, without control
 *     characters
 */
record UserId(String value) {
  UserId {
    Texts.checked("user", value);
  }

  static Optional<String> violation(String text) {
    return Texts.violation(text);
  }

  @Override
  public String toString() {
    return value;
  }
}
