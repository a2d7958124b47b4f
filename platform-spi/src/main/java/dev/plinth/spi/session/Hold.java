package dev.plinth.spi.session;

import dev.plinth.spi.LeaseId;
import java.time.Duration;

/**
 * What a session knows of a lease.
 *
 * <p>Immutable. Times are those of the runtime's clock, in nanoseconds.
 *
 * @param lease which
 * @param ttl how long it lives without renewal
 * @param sent when the last confirmed renewal was sent: the store counts from later
 * @param lost whether it was given up; it is not believed in again
 */
record Hold(LeaseId lease, Duration ttl, long sent, boolean lost) {
  private static final int MARGIN_OF_TTL = 10;
  private static final int RENEWALS_OF_TTL = 3;

  /** What a lease may live longer does not fit into the clock and makes no difference. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  Hold confirmed(Duration granted, long at) {
    return new Hold(lease, granted, at, false);
  }

  Hold givenUp() {
    return new Hold(lease, ttl, sent, true);
  }

  /** From then on the store might have expired it, leaving a margin for clocks that differ. */
  long safeUntil() {
    return sent + counted().minus(counted().dividedBy(MARGIN_OF_TTL)).toNanos();
  }

  /** From then on a renewal should have been confirmed. */
  long overdueFrom() {
    return sent + renewalInterval().multipliedBy(2).toNanos();
  }

  Duration renewalInterval() {
    return counted().dividedBy(RENEWALS_OF_TTL);
  }

  Duration counted() {
    return ttl.compareTo(LONGEST) > 0 ? LONGEST : ttl;
  }
}
