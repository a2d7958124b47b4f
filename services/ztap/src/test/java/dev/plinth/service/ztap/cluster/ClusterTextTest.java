package dev.plinth.service.ztap.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ClusterTextTest {
  private static final Map<String, ?> STATUS =
      Map.of(
          "leader",
          Map.of("id", "node1", "address", "10.0.1.1:9090", "term", 7),
          "is_leader",
          true,
          "updated_at",
          "2026-03-01T10:01:05Z",
          "total_nodes",
          2,
          "nodes",
          List.of(
              Map.of(
                  "id", "node1",
                  "address", "10.0.1.1:9090",
                  "role", "leader",
                  "state", "healthy",
                  "joined_at", "2026-03-01T10:00:00Z",
                  "last_seen", "2026-03-01T10:01:03.750Z"),
              Map.of(
                  "id", "a-longer-name",
                  "address", "10.0.1.2:9090",
                  "role", "follower",
                  "state", "gone",
                  "joined_at", "2026-03-01T07:00:00.4Z")));

  @Test
  void statusShowsTheLeaderAndATable() {
    assertThat(ClusterText.status(STATUS))
        .isEqualTo(
            """
            Cluster Status
            ==============

            Leader: node1 (10.0.1.1:9090)
            This node is leader: true

            Nodes in Cluster:
              ID             Address        Role      State    Joined
              --             -------        ----      -----    ------
              node1          10.0.1.1:9090  leader    healthy  1m5s ago
              a-longer-name  10.0.1.2:9090  follower  gone     3h1m5s ago

            Total: 2 node(s)
            """);
  }

  @Test
  void listShowsTheLastHeartbeatToo() {
    assertThat(ClusterText.list(STATUS))
        .isEqualTo(
            """
            ID             Address        Role      State    Joined      Last Seen
            --             -------        ----      -----    ------      ---------
            node1          10.0.1.1:9090  leader    healthy  1m5s ago    1.25s ago
            a-longer-name  10.0.1.2:9090  follower  gone     3h1m5s ago  -
            """);
  }

  @Test
  void anEmptyClusterIsSaidToBeEmpty() {
    Map<String, ?> status = Map.of("is_leader", false, "nodes", List.of());
    assertThat(ClusterText.status(status))
        .isEqualTo(
            """
            Cluster Status
            ==============

            Leader: (none elected)
            This node is leader: false

            Nodes in Cluster:
              (no nodes)
            """);
    assertThat(ClusterText.list(status)).isEqualTo("No nodes in cluster\n");
  }
}
