package dev.plinth.service.registry.presence;

import java.util.Optional;

/**
 * Where a device is connected.
 *
 * <p>Immutable.
 *
 * @param value any text that is not empty, of at most 256 bytes of UTF-8, without control
 *     characters and without the pipe that ends it in the stored value
 */
record GatewayId(String value) {
  GatewayId {
    Optional<String> violation = violation(value);
    if (violation.isPresent()) {
      throw new IllegalArgumentException("gateway " + violation.get());
    }
  }

  static Optional<String> violation(String text) {
    return text.indexOf('|') >= 0 ? Optional.of("must not contain '|'") : Texts.violation(text);
  }

  @Override
  public String toString() {
    return value;
  }
}
