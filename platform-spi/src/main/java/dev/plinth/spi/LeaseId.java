package dev.plinth.spi;

/**
 * The name of a lease.
 *
 * <p>Immutable.
 *
 * @param value any number but 0, which stands for "no lease" in conditions only
 * @since 0.1
 */
public record LeaseId(long value) implements Comparable<LeaseId> {
  /** No lease, as the operand of a condition. */
  public static final LeaseId NONE = new LeaseId(0);

  /**
   * Returns the lease id of this number.
   *
   * @param value the number
   * @return the id
   */
  public static LeaseId of(long value) {
    return new LeaseId(value);
  }

  /**
   * Returns the number in hexadecimal, as election and lock keys carry it.
   *
   * @return lower-case digits without leading zeros
   */
  public String hex() {
    return Long.toHexString(value);
  }

  @Override
  public int compareTo(LeaseId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return hex();
  }
}
