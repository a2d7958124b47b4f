package dev.plinth.service.ztap.cluster;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Builds what is shown of a node from what is known of it. Pure functions. */
final class NodeViews {
  private NodeViews() {}

  static NodeView of(
      NodeRecord record,
      NodeState state,
      String reason,
      Instant since,
      NodeRole role,
      boolean declared) {
    return new NodeView(
        record.id(),
        record.address(),
        state,
        reason,
        since,
        role,
        Optional.of(record.joinedAt()),
        Optional.of(record.lastSeen()),
        Optional.of(record.incarnation()),
        declared,
        record.metadata());
  }

  /** Shows a member of which no process was seen. */
  static NodeView of(DeclaredMember member) {
    return new NodeView(
        member.id(),
        member.address(),
        NodeState.GONE,
        "declared, not seen",
        member.declaredAt(),
        NodeRole.FOLLOWER,
        Optional.of(member.declaredAt()),
        Optional.empty(),
        Optional.empty(),
        true,
        member.metadata());
  }

  static NodeView invalid(String id, String problem, Instant now) {
    return new NodeView(
        id,
        "",
        NodeState.INVALID,
        problem,
        now,
        NodeRole.FOLLOWER,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        Map.of());
  }
}
