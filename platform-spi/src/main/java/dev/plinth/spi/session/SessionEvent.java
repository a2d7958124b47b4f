package dev.plinth.spi.session;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.LeaseId;

/**
 * A change in the life of a session.
 *
 * <p>Immutable. Under {@link SessionPolicy#END} the life is {@code (Suspected Confirmed)*
 * Suspected? Ended}; under {@link SessionPolicy#RENEW} also {@code Lost} then {@code Renewed}, any
 * number of times. A lease that was lost never comes back.
 *
 * @since 0.1
 */
public sealed interface SessionEvent {
  /**
   * A renewal failed or is overdue; the lease is good for a while yet.
   *
   * @param lease which
   */
  record Suspected(LeaseId lease) implements SessionEvent {
    /** Checks that nothing is null. */
    public Suspected {
      requireNonNull(lease, "lease");
    }
  }

  /**
   * A suspected lease was renewed in time; nothing was lost.
   *
   * @param lease which
   */
  record Confirmed(LeaseId lease) implements SessionEvent {
    /** Checks that nothing is null. */
    public Confirmed {
      requireNonNull(lease, "lease");
    }
  }

  /**
   * The lease is lost, or must be taken for lost; the session tries to get another.
   *
   * @param lease which
   */
  record Lost(LeaseId lease) implements SessionEvent {
    /** Checks that nothing is null. */
    public Lost {
      requireNonNull(lease, "lease");
    }
  }

  /**
   * There is a new lease, with no keys on it: put them again. Keys that are still on the old lease
   * go with it, if the store has not noticed its end yet; a put moves them to the new one.
   *
   * @param lost the lease before
   * @param lease the lease now
   */
  record Renewed(LeaseId lost, LeaseId lease) implements SessionEvent {
    /** Checks that nothing is null. */
    public Renewed {
      requireNonNull(lost, "lost");
      requireNonNull(lease, "lease");
    }
  }

  /**
   * The session is over; the last event.
   *
   * @param end why
   */
  record Ended(SessionEnd end) implements SessionEvent {
    /** Checks that nothing is null. */
    public Ended {
      requireNonNull(end, "end");
    }
  }
}
