package dev.plinth.spi.session;

/**
 * What a session does when its lease is lost.
 *
 * @since 0.1
 */
public enum SessionPolicy {
  /**
   * The loss ends the session. For work that must not go on under another lease: one term of
   * leadership, one lock.
   */
  END,
  /**
   * The session gets itself a new lease, trying until it is closed, and tells its owner with {@link
   * SessionEvent.Renewed}, who then puts the keys again. For processes that register themselves and
   * outlive an outage of the store: nodes, gateways, agents.
   */
  RENEW
}
