package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

/**
 * Removes every key of a range.
 *
 * <p>Immutable. All of it happens at one revision, in key order; when nothing was there, the
 * revision stays (G2).
 *
 * @param range which keys
 * @param returnsPrevious whether the outcome carries what was deleted
 * @since 0.1
 */
public record Delete(KeyRange range, boolean returnsPrevious) implements Operation {
  /** Checks that nothing is null. */
  public Delete {
    requireNonNull(range, "range");
  }

  /**
   * Returns the deletion of one key.
   *
   * @param key which
   * @return the operation
   */
  public static Delete of(Key key) {
    return new Delete(KeyRange.single(key), false);
  }

  /**
   * Returns the deletion of a range.
   *
   * @param range which keys
   * @return the operation
   */
  public static Delete of(KeyRange range) {
    return new Delete(range, false);
  }

  /**
   * Asks for what was deleted.
   *
   * @return the same deletion, whose outcome carries it
   */
  public Delete returningPrevious() {
    return new Delete(range, true);
  }
}
