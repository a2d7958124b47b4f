package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What a store accepts and how late it may be (G13, G18, G35).
 *
 * <p>Immutable.
 *
 * @param operations how many conditions, or operations of one branch, a transaction may have; a
 *     nested one shares what its parent left
 * @param requestBytes how large a transaction may be, as {@link RequestRules#sizeOf} counts
 * @param shortestTtl what shorter times to live are raised to
 * @param longestTtl what longer times to live are refused above
 * @param expiryBound how late, after its time to live, an expired lease is gone at the latest
 * @param deliveryBound how late a watch has a committed change at the latest, if its reader pulls
 * @since 0.1
 */
public record StoreLimits(
    int operations,
    long requestBytes,
    Duration shortestTtl,
    Duration longestTtl,
    Duration expiryBound,
    Duration deliveryBound) {
  /** Checks that limits are positive. */
  public StoreLimits {
    requireNonNull(shortestTtl, "shortestTtl");
    requireNonNull(longestTtl, "longestTtl");
    requireNonNull(expiryBound, "expiryBound");
    requireNonNull(deliveryBound, "deliveryBound");
    if (operations < 1 || requestBytes < 1) {
      throw new IllegalArgumentException(
          "limits must be positive: operations " + operations + ", request bytes " + requestBytes);
    }
  }
}
