package dev.plinth.service.ztap.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The one timing model: how long a session lives without renewal, how often a node shows itself,
 * and after how much silence it is unhealthy.
 *
 * <p>Immutable.
 *
 * @param sessionTtl after this, a crashed node is gone and its leadership free
 * @param heartbeatInterval how often a node writes that it is there
 * @param electionTimeout after this much silence a node is unhealthy
 */
public record ClusterTiming(
    Duration sessionTtl, Duration heartbeatInterval, Duration electionTimeout) {
  /** For a fail-over within seconds. */
  public static final ClusterTiming LOW_LATENCY =
      new ClusterTiming(Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(6));

  /** How much later than its time to live a session may end in the store. */
  private static final Duration EXPIRY_BOUND = Duration.ofSeconds(1);

  /** What every store raises shorter times to. */
  private static final Duration SHORTEST_TTL = Duration.ofSeconds(2);

  /** More cannot be meant; a record that says so counts as unreadable. */
  static final Duration LONGEST_HEARTBEAT = Duration.ofDays(1);

  private static final int HEARTBEATS_PER_LIMIT = 3;

  /**
   * Finds what is wrong between the three.
   *
   * @return each inequality that does not hold, in words; empty if the timing is sound
   */
  public List<String> violations() {
    List<String> found = new ArrayList<>();
    if (heartbeatInterval.isZero()) {
      found.add("heartbeat-interval must be above zero");
    }
    if (heartbeatInterval.compareTo(LONGEST_HEARTBEAT) > 0) {
      found.add("heartbeat-interval must be at most " + Durations.text(LONGEST_HEARTBEAT));
    }
    if (sessionTtl.compareTo(SHORTEST_TTL) < 0) {
      found.add("session-ttl must be at least " + Durations.text(SHORTEST_TTL));
    }
    refuseAbove("election-timeout", electionTimeout, found);
    refuseAbove("session-ttl", sessionTtl, found);
    return List.copyOf(found);
  }

  private void refuseAbove(String name, Duration limit, List<String> found) {
    if (heartbeatInterval.multipliedBy(HEARTBEATS_PER_LIMIT).compareTo(limit) > 0) {
      found.add(
          "heartbeat-interval <= "
              + name
              + " / 3 does not hold: "
              + Durations.text(heartbeatInterval)
              + " > "
              + Durations.text(limit)
              + " / 3");
    }
  }

  /**
   * Says after how much silence a node is suspect.
   *
   * @return two heartbeat intervals
   */
  public Duration suspectAfter() {
    return heartbeatInterval.multipliedBy(2);
  }

  /**
   * Computes how long the cluster is without a leader, at most, after the leader crashed.
   *
   * @return the time to live of a session and how late the store may end it
   */
  public Duration worstCaseFailover() {
    return sessionTtl.plus(EXPIRY_BOUND);
  }
}
