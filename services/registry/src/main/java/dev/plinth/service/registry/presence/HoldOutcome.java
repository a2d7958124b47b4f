package dev.plinth.service.registry.presence;

import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Revision;

/** How an attempt to renew or end a registration ended. */
sealed interface HoldOutcome {
  /**
   * It lives on.
   *
   * @param device as it stands
   * @param lease what it lives on, just renewed
   */
  record Renewed(Device device, LeaseInfo lease) implements HoldOutcome {}

  /**
   * It was ended.
   *
   * @param epoch which registration that was
   */
  record Ended(Revision epoch) implements HoldOutcome {}

  /** There is none: it was never made, was ended, or was silent for too long. */
  record Missing() implements HoldOutcome {}

  /**
   * Another connection holds it; nothing was changed.
   *
   * @param epoch which registration that is
   */
  record HeldByAnother(Revision epoch) implements HoldOutcome {}

  /** Others kept changing it; nothing was changed here. */
  record Contended() implements HoldOutcome {}
}
