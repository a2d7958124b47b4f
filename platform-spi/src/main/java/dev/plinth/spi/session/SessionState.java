package dev.plinth.spi.session;

/**
 * How a session stands with its store.
 *
 * @since 0.1
 */
public enum SessionState {
  /** The last renewal was confirmed and none is overdue. */
  HELD,
  /**
   * A renewal failed or is overdue, or the lease is lost and no new one is there yet. Whether the
   * lease can still be relied on says {@link Session#isHeld}.
   */
  SUSPECT,
  /** It is over, for the reason that {@link Session#end} gives. */
  ENDED
}
