package dev.plinth.spi;

/**
 * How a condition compares (G11).
 *
 * @since 0.1
 */
public enum Relation {
  /** The same. */
  EQUAL,
  /** Not the same. */
  NOT_EQUAL,
  /** Smaller than the operand. */
  LESS,
  /** Greater than the operand. */
  GREATER;

  /**
   * Says whether a comparison has this result.
   *
   * @param comparison below, equal to or above zero, as of {@link Comparable#compareTo}
   * @return whether the relation holds
   */
  public boolean holds(int comparison) {
    return switch (this) {
      case EQUAL -> comparison == 0;
      case NOT_EQUAL -> comparison != 0;
      case LESS -> comparison < 0;
      case GREATER -> comparison > 0;
    };
  }
}
