package dev.plinth.service.ztap.cluster;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of the cluster, from start to stop.
 *
 * <p>Thread-safe. Started once, stopped once.
 */
public final class ClusterNode {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNode.class);

  private final NodeIdentity identity;
  private final ClusterTiming timing;
  private final Cluster cluster;
  private final MembershipLoop membership;
  private final ObserverLoop observer;

  ClusterNode(
      NodeIdentity identity,
      ClusterTiming timing,
      Cluster cluster,
      MembershipLoop membership,
      ObserverLoop observer) {
    this.identity = identity;
    this.timing = timing;
    this.cluster = cluster;
    this.membership = membership;
    this.observer = observer;
  }

  /**
   * Returns what can be asked of the cluster through this node.
   *
   * @return always the same instance
   */
  public Cluster cluster() {
    return cluster;
  }

  /**
   * Starts to observe and to join, and waits until it is known whether the node can join, at most
   * 20 s. A store that does not answer is no refusal: the node keeps trying.
   *
   * @return where the node stands; {@link Membership.Phase#REFUSED} if it must not join
   * @throws InterruptedException if interrupted while waiting; the node goes on
   */
  public Membership start() throws InterruptedException {
    LOG.atInfo()
        .addKeyValue("node", identity.id())
        .addKeyValue("address", identity.address())
        .addKeyValue("session-ttl", Durations.text(timing.sessionTtl()))
        .addKeyValue("heartbeat-interval", Durations.text(timing.heartbeatInterval()))
        .addKeyValue("election-timeout", Durations.text(timing.electionTimeout()))
        .addKeyValue("worst-case-failover", Durations.text(timing.worstCaseFailover()))
        .log("A node of the cluster starts");
    observer.start();
    membership.start();
    return membership.awaitDecision();
  }

  /** Leaves the cluster, its leadership first, and ends. Idempotent. */
  public void stop() {
    membership.stop();
    observer.stop();
  }

  /**
   * Ends at once and tells nobody, as a crash would: what the node left in the store stays until
   * its time to live is over. For demonstrations and tests.
   */
  public void orphan() {
    membership.orphan();
    observer.stop();
  }
}
