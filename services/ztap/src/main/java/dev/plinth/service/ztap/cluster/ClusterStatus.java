package dev.plinth.service.ztap.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The cluster as one node sees it.
 *
 * <p>Immutable.
 *
 * @param clusterId which cluster, once this node knows
 * @param self the node that answers
 * @param membership where it stands
 * @param leader who leads, if anybody does as far as this node can tell
 * @param isLeader whether this node leads, now
 * @param nodes every node, by id
 * @param timing the times in effect
 * @param notice what a reader must know before believing the rest
 * @param updatedAt when this was put together
 */
public record ClusterStatus(
    Optional<String> clusterId,
    NodeIdentity self,
    Membership membership,
    Optional<LeaderRecord> leader,
    boolean isLeader,
    List<NodeView> nodes,
    ClusterTiming timing,
    Optional<String> notice,
    Instant updatedAt) {
  /** Copies the list. */
  public ClusterStatus {
    nodes = List.copyOf(nodes);
  }
}
