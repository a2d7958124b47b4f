package dev.plinth.service.ztap.cluster;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A node as the node that answers sees it.
 *
 * <p>Immutable.
 *
 * @param id of the node
 * @param address where it is, host and port; empty if what is stored cannot be read
 * @param state how well it is
 * @param reason why it is in that state
 * @param since when that state began, by the clock of the node that answers
 * @param role leader or follower
 * @param joinedAt when it registered or was declared
 * @param lastSeen its last heartbeat, if there was one
 * @param incarnation of its process, if there is one
 * @param declared whether an operator declared it
 * @param metadata what it or its operator says about it
 */
public record NodeView(
    String id,
    String address,
    NodeState state,
    String reason,
    Instant since,
    NodeRole role,
    Optional<Instant> joinedAt,
    Optional<Instant> lastSeen,
    Optional<String> incarnation,
    boolean declared,
    Map<String, String> metadata) {
  /** Copies the map. */
  public NodeView {
    metadata = Map.copyOf(metadata);
  }
}
