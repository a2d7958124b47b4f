package dev.plinth.spi.lock;

import dev.plinth.spi.Key;

/**
 * What is locked: the key under which contenders queue up.
 *
 * <p>Immutable. Names do not mix, also when one is the beginning of another, or lies below it.
 *
 * @param key without a {@code /} at its end
 * @since 0.1
 */
public record LockName(Key key) {
  /** Refuses a key that is empty or ends with the delimiter. */
  public LockName {
    if (key.isEmpty() || key.at(key.size() - 1) == '/') {
      throw new IllegalArgumentException(
          "a lock needs a name without '/' at its end, not '" + key + "'");
    }
  }

  /**
   * Returns the lock of this name.
   *
   * @param name such as {@code /locks/repair}; nothing is escaped
   * @return the name
   * @throws IllegalArgumentException if it is empty or ends with {@code /}
   */
  public static LockName of(String name) {
    return new LockName(Key.utf8(name));
  }

  @Override
  public String toString() {
    return key.toString();
  }
}
