package dev.plinth.service.ztap.cluster;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the HTTP API answers, as texts, numbers, booleans, lists and maps.
 *
 * <p>Pure functions; {@link ClusterText} renders the same documents for people.
 */
public final class ClusterDocument {
  private ClusterDocument() {}

  /**
   * Describes the cluster.
   *
   * @param status as a node sees it
   * @return the document of {@code GET /v1/cluster/status}
   */
  public static Map<String, @Nullable Object> status(ClusterStatus status) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("cluster_id", status.clusterId().orElse(null));
    document.put("leader", status.leader().map(ClusterDocument::leader).orElse(null));
    document.put("is_leader", status.isLeader());
    document.put("node", self(status));
    document.put("nodes", status.nodes().stream().map(ClusterDocument::node).toList());
    document.put("total_nodes", status.nodes().size());
    document.put("timing", timing(status.timing()));
    document.put("notice", status.notice().orElse(null));
    document.put("updated_at", status.updatedAt().toString());
    return Collections.unmodifiableMap(document);
  }

  /**
   * Lists the nodes.
   *
   * @param status as a node sees it
   * @return the document of {@code GET /v1/cluster/nodes}
   */
  public static Map<String, @Nullable Object> nodes(ClusterStatus status) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("nodes", status.nodes().stream().map(ClusterDocument::node).toList());
    document.put("total_nodes", status.nodes().size());
    document.put("updated_at", status.updatedAt().toString());
    return Collections.unmodifiableMap(document);
  }

  /**
   * Describes a node.
   *
   * @param node as another one sees it
   * @return the document
   */
  public static Map<String, @Nullable Object> node(NodeView node) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("id", node.id());
    document.put("address", node.address());
    document.put("state", node.state().word());
    document.put("reason", node.reason());
    document.put("since", node.since().toString());
    document.put("role", node.role().word());
    document.put("joined_at", text(node.joinedAt()));
    document.put("last_seen", text(node.lastSeen()));
    document.put("incarnation", node.incarnation().orElse(null));
    document.put("declared", node.declared());
    document.put("metadata", node.metadata());
    return Collections.unmodifiableMap(document);
  }

  /**
   * Describes a declared member.
   *
   * @param member what was declared
   * @return the document
   */
  public static Map<String, @Nullable Object> member(DeclaredMember member) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("id", member.id());
    document.put("address", member.address());
    document.put("declared", true);
    document.put("joined_at", member.declaredAt().toString());
    document.put("metadata", member.metadata());
    return Collections.unmodifiableMap(document);
  }

  /**
   * Describes a leader.
   *
   * @param leader who leads
   * @return the document
   */
  public static Map<String, @Nullable Object> leader(LeaderRecord leader) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("id", leader.id());
    document.put("address", leader.address());
    document.put("term", leader.term());
    document.put("elected_at", leader.electedAt().toString());
    return Collections.unmodifiableMap(document);
  }

  /**
   * Lists what changed.
   *
   * @param events oldest first
   * @return the document of {@code GET /v1/cluster/events}
   */
  public static Map<String, @Nullable Object> events(List<ClusterEvent> events) {
    return Map.of("events", events.stream().map(ClusterDocument::event).toList());
  }

  private static Map<String, @Nullable Object> event(ClusterEvent event) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("number", event.number());
    document.put("at", event.at().toString());
    document.put("type", event.type().word());
    document.put("node", event.node().isEmpty() ? null : event.node());
    document.put("detail", event.detail());
    return Collections.unmodifiableMap(document);
  }

  private static Map<String, @Nullable Object> self(ClusterStatus status) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("id", status.self().id());
    document.put("address", status.self().address());
    document.put("membership", status.membership().phase().word());
    document.put("reason", status.membership().reason());
    document.put("since", status.membership().since().toString());
    return Collections.unmodifiableMap(document);
  }

  private static Map<String, @Nullable Object> timing(ClusterTiming timing) {
    Map<String, @Nullable Object> document = new LinkedHashMap<>();
    document.put("session_ttl", Durations.text(timing.sessionTtl()));
    document.put("heartbeat_interval", Durations.text(timing.heartbeatInterval()));
    document.put("election_timeout", Durations.text(timing.electionTimeout()));
    document.put("suspect_after", Durations.text(timing.suspectAfter()));
    document.put("worst_case_failover", Durations.text(timing.worstCaseFailover()));
    return Collections.unmodifiableMap(document);
  }

  private static @Nullable String text(Optional<Instant> instant) {
    return instant.map(Instant::toString).orElse(null);
  }
}
