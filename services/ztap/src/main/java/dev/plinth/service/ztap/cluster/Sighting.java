package dev.plinth.service.ztap.cluster;

import dev.plinth.spi.Revision;
import java.time.Duration;

/**
 * The last heartbeat of a node that was seen here, and what follows from the silence since.
 *
 * <p>Immutable.
 *
 * @param record what the node wrote
 * @param created the revision of its registration
 * @param modified the revision of the heartbeat
 * @param nanos when it was seen, by the runtime's clock
 * @param healthyNanos since when its heartbeats arrive without a gap, by the same clock
 */
record Sighting(
    NodeRecord record, Revision created, Revision modified, long nanos, long healthyNanos) {
  private static final int MISSED = 2;
  private static final int MISSED_AT_LEAST = 3;

  NodeState state(Duration silence, Duration electionTimeout) {
    if (silence.compareTo(unhealthyAfter(electionTimeout)) >= 0) {
      return NodeState.UNHEALTHY;
    }
    return silence.compareTo(suspectAfter()) > 0 ? NodeState.SUSPECT : NodeState.HEALTHY;
  }

  /** Returns since when the node is in a state, by the runtime's clock. */
  long since(NodeState state, Duration electionTimeout) {
    return switch (state) {
      case SUSPECT -> nanos + suspectAfter().toNanos();
      case UNHEALTHY -> nanos + unhealthyAfter(electionTimeout).toNanos();
      default -> healthyNanos;
    };
  }

  String reason(Duration silence, Duration electionTimeout, boolean own) {
    if (state(silence, electionTimeout) == NodeState.HEALTHY) {
      return "heartbeats arrive";
    }
    String seconds = Durations.text(Duration.ofSeconds(silence.toSeconds()));
    return own
        ? "this node has not reached the store for " + seconds
        : "silent for "
            + seconds
            + ", a heartbeat is due every "
            + Durations.text(record.heartbeatInterval());
  }

  Duration suspectAfter() {
    return record.heartbeatInterval().multipliedBy(MISSED);
  }

  /** A node that beats more slowly than this one expects is given its own three heartbeats. */
  private Duration unhealthyAfter(Duration electionTimeout) {
    Duration floor = record.heartbeatInterval().multipliedBy(MISSED_AT_LEAST);
    return floor.compareTo(electionTimeout) > 0 ? floor : electionTimeout;
  }
}
