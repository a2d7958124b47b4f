package dev.plinth.spi;

/**
 * A point in the history of a store: the number of the commit that made it (G1).
 *
 * <p>Immutable. An empty store is at revision 1; every commit that changes something raises it.
 *
 * @param value the number; zero or less never names a point, reads take it as "now"
 * @since 0.1
 */
public record Revision(long value) implements Comparable<Revision> {
  /** Before everything: the created and modified revision of a key that is missing. */
  public static final Revision ZERO = new Revision(0);

  /**
   * Returns the revision of this number.
   *
   * @param value the number
   * @return the revision
   */
  public static Revision of(long value) {
    return new Revision(value);
  }

  /**
   * Returns the revision behind this one, from which a watch continues after this one was seen.
   *
   * @return one more
   */
  public Revision next() {
    return new Revision(value + 1);
  }

  /**
   * Says whether this revision is later than another.
   *
   * @param other the other
   * @return whether it is
   */
  public boolean isAfter(Revision other) {
    return value > other.value;
  }

  @Override
  public int compareTo(Revision other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}
