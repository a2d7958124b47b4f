package dev.plinth.service.ztap.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What a living process says about itself; it ends with the process's session.
 *
 * <p>Immutable.
 *
 * @param id of the node
 * @param address where it can be reached, host and port
 * @param stopped whether it is leaving on purpose
 * @param role what it did when it wrote this
 * @param joinedAt when this process registered first
 * @param lastSeen when it wrote this, by its own clock
 * @param startedAt when the process started
 * @param incarnation drawn anew at each start, so that two processes of one id are told apart
 * @param heartbeatInterval how often it promises to write
 * @param metadata anything its operator wants to say
 */
record NodeRecord(
    String id,
    String address,
    boolean stopped,
    NodeRole role,
    Instant joinedAt,
    Instant lastSeen,
    Instant startedAt,
    String incarnation,
    Duration heartbeatInterval,
    Map<String, String> metadata) {
  NodeRecord {
    metadata = Map.copyOf(metadata);
  }

  NodeRecord beating(Instant now, NodeRole roleNow) {
    return new NodeRecord(
        id,
        address,
        stopped,
        roleNow,
        joinedAt,
        now,
        startedAt,
        incarnation,
        heartbeatInterval,
        metadata);
  }

  NodeRecord stopping(Instant now) {
    return new NodeRecord(
        id,
        address,
        true,
        NodeRole.FOLLOWER,
        joinedAt,
        now,
        startedAt,
        incarnation,
        heartbeatInterval,
        metadata);
  }
}
