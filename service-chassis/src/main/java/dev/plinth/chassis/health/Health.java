package dev.plinth.chassis.health;

import static java.util.Objects.requireNonNull;

/**
 * How one thing is.
 *
 * <p>Immutable.
 *
 * @param healthy whether it does its work
 * @param detail for people; empty if there is nothing to say
 */
public record Health(boolean healthy, String detail) {
  /** Checks that nothing is null. */
  public Health {
    requireNonNull(detail, "detail");
  }

  /**
   * Returns that all is well.
   *
   * @return healthy
   */
  public static Health good() {
    return new Health(true, "");
  }

  /**
   * Returns that something is wrong.
   *
   * @param detail what, for people
   * @return not healthy
   */
  public static Health bad(String detail) {
    return new Health(false, detail);
  }
}
