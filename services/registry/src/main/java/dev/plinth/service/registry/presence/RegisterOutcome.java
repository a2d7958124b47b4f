package dev.plinth.service.registry.presence;

import dev.plinth.spi.LeaseInfo;

/** How an attempt to register a device ended. */
sealed interface RegisterOutcome {
  /**
   * The connection holds the registration.
   *
   * @param kind how it came to it
   * @param device as it stands now
   * @param connection the connection that holds it
   * @param lease what it lives on, just granted or renewed
   */
  record Registered(Kind kind, Device device, ConnectionId connection, LeaseInfo lease)
      implements RegisterOutcome {}

  /**
   * The user has as many devices as allowed; nothing was written.
   *
   * @param limit how many are allowed
   */
  record LimitReached(int limit) implements RegisterOutcome {}

  /** Others kept changing the user's registrations; nothing was written. */
  record Contended() implements RegisterOutcome {}

  /** How a connection came to hold a registration. */
  enum Kind {
    /** The device was not registered. */
    NEW,
    /** Another connection held it and lost it. */
    TAKEOVER,
    /** The connection held it already and said something new about it. */
    UPDATED,
    /** The connection held it already; this was a heartbeat. */
    RENEWED
  }
}
