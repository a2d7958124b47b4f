package dev.plinth.spi.session;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.LeaseId;
import dev.plinth.spi.StoreException;
import java.util.Optional;

/**
 * Why a session is over.
 *
 * <p>Immutable.
 *
 * @param reason why
 * @param lease the last lease it held
 * @param cause what the store said, if the store said anything
 * @since 0.1
 */
public record SessionEnd(Reason reason, LeaseId lease, Optional<StoreException> cause) {

  /** Why a session is over. */
  public enum Reason {
    /** It was closed; its lease was revoked, or expires if the store could not be reached. */
    CLOSED,
    /**
     * The lease expired or was revoked, or could not be confirmed until it had to be given up; its
     * keys are gone or go soon.
     */
    LOST,
    /** It was left alone; its keys stay until the time to live has passed. */
    ORPHANED,
    /** The store was closed; the keys stay until the time to live has passed. */
    STORE_CLOSED
  }

  /** Checks that nothing is null. */
  public SessionEnd {
    requireNonNull(reason, "reason");
    requireNonNull(lease, "lease");
    requireNonNull(cause, "cause");
  }
}
