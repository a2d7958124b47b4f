package dev.plinth.spi.election;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;

/**
 * What is contested: the key under which candidates queue up.
 *
 * <p>Immutable. Names do not mix, also when one is the beginning of another, or lies below it.
 *
 * @param key without a {@code /} at its end
 * @since 0.1
 */
public record ElectionName(Key key) {
  /** Refuses a key that is empty or ends with the delimiter. */
  public ElectionName {
    if (key.isEmpty() || key.at(key.size() - 1) == '/') {
      throw new IllegalArgumentException(
          "an election needs a name without '/' at its end, not '" + key + "'");
    }
  }

  /**
   * Returns the election of this name.
   *
   * @param name such as {@code /ztap/election}; nothing is escaped
   * @return the name
   * @throws IllegalArgumentException if it is empty or ends with {@code /}
   */
  public static ElectionName of(String name) {
    return new ElectionName(Key.of(Bytes.utf8(name)));
  }

  @Override
  public String toString() {
    return key.toString();
  }
}
