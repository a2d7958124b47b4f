package dev.plinth.service.ztap.cluster;

import java.time.Instant;
import java.util.Locale;

/**
 * Something that changed in the cluster, as one node saw it.
 *
 * <p>Immutable.
 *
 * @param number counts the events of the node that answers, from 1
 * @param at when it was seen
 * @param type what happened
 * @param node to which node; empty if the cluster lost its leader
 * @param detail why, in words
 */
public record ClusterEvent(long number, Instant at, Type type, String node, String detail) {

  /** What can happen. */
  public enum Type {
    /** A node registered. */
    NODE_JOINED,
    /** A node left or its session ended. */
    NODE_LEFT,
    /** A node that was silent is heard again. */
    NODE_HEALTHY,
    /** A node became suspect or unhealthy. */
    NODE_UNWELL,
    /** A node became leader. */
    LEADER_ELECTED,
    /** There is no leader. */
    LEADER_LOST;

    /**
     * Returns the word that documents carry.
     *
     * @return the name in lower case
     */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
