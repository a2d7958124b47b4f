package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

/**
 * A lease is gone, and the keys attached to it with it; it never comes back (G20).
 *
 * @since 0.1
 */
@SuppressWarnings("serial") // carries values that are not serialised
public final class LeaseLostException extends StoreException {
  private final LeaseId lease;

  /**
   * The loss of a lease.
   *
   * @param lease which
   */
  public LeaseLostException(LeaseId lease) {
    super("lease " + lease + " is lost: it expired, was revoked or never existed", null);
    this.lease = requireNonNull(lease);
  }

  /**
   * Returns which lease is gone.
   *
   * @return its name
   */
  public LeaseId lease() {
    return lease;
  }
}
