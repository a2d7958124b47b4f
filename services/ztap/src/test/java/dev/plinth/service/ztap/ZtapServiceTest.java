package dev.plinth.service.ztap;

import static dev.plinth.service.ztap.ZtapCluster.LOW_LATENCY;
import static dev.plinth.service.ztap.ZtapCluster.QUIET;
import static dev.plinth.service.ztap.ZtapCluster.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.lifecycle.StartException;
import dev.plinth.chassis.testing.VirtualTime;
import dev.plinth.service.ztap.ZtapCluster.Node;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Key;
import dev.plinth.spi.Put;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Several started services on one store, over real HTTP. */
final class ZtapServiceTest {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final Duration WORST_CASE = Duration.ofSeconds(11);

  @Test
  void everyNodeNamesTheSameLeader() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      List<Node> nodes = cluster.startNodes(3, QUIET);
      for (Node node : nodes) {
        JsonNode status = node.status();
        assertThat(status.path("leader").path("id").stringValue()).isEqualTo("node1");
        assertThat(status.path("leader").path("address").stringValue())
            .isEqualTo(nodes.getFirst().address());
        assertThat(status.path("is_leader").booleanValue()).isEqualTo(node.id.equals("node1"));
        assertThat(status.path("total_nodes").intValue()).isEqualTo(3);
        assertThat(status.path("notice").isNull()).isTrue();
        for (JsonNode member : status.path("nodes")) {
          String role = member.path("id").stringValue().equals("node1") ? "leader" : "follower";
          assertThat(member.path("role").stringValue()).isEqualTo(role);
          assertThat(member.path("state").stringValue()).isEqualTo("healthy");
          assertThat(member.path("joined_at").isString()).isTrue();
        }
      }
    }
  }

  @Test
  @VirtualTime("minutes go by")
  void nodesStayForManyTimesTheirTtl() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      List<Node> nodes = cluster.startNodes(3, LOW_LATENCY);
      int leases = cluster.store.leases().list().size();
      cluster.advance(
          TTL.multipliedBy(5), () -> assertThat(cluster.store.leases().list()).hasSize(leases));
      for (Node node : nodes) {
        assertThat(List.of("node1", "node2", "node3"))
            .allMatch(id -> node.stateOf(id).equals("healthy"));
        assertThat(node.events())
            .containsExactlyInAnyOrder(
                "node_joined node1",
                "node_joined node2",
                "node_joined node3",
                "leader_elected node1");
      }
      assertThat(leases).isEqualTo(3);
    }
  }

  @Test
  void aCrashedLeaderIsReplacedWithinTheComputedTime() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      cluster.startNodes(3, LOW_LATENCY);
      Node crashed = cluster.leader();
      List<Node> others = cluster.followers();
      crashed.cut();
      cluster.advance(WORST_CASE);
      await(() -> others.stream().anyMatch(Node::isLeader));
      Node next = others.stream().filter(Node::isLeader).findFirst().orElseThrow();
      await(() -> others.stream().allMatch(n -> n.leader().equals(next.leader())));
      // It leads before it counts that, and counts the election before the fail-over.
      await(() -> next.metric("ztap_cluster_failover_duration_seconds_count") == 1);
      assertThat(next.metric("ztap_cluster_leader_elected_total")).isEqualTo(1);
      assertThat(crashed.metric("ztap_cluster_leader_elected_total")).isEqualTo(1);
      assertThat(crashed.metric("ztap_cluster_failover_duration_seconds_count")).isZero();
      await(() -> next.metric("ztap_cluster_nodes_total") == 2);
      assertThat(next.stateOf(crashed.id)).isEqualTo("gone");
      assertThat(next.sees(crashed.id).orElseThrow().path("reason").stringValue())
          .isEqualTo("its session ended");
    }
  }

  @Test
  void aLeaderThatStopsIsReplacedAtOnce() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      cluster.startNodes(3, QUIET);
      Node stopped = cluster.leader();
      List<Node> others = cluster.followers();
      stopped.stop();
      // No time passes: nothing waits for a time to live.
      await(() -> others.stream().filter(Node::isLeader).count() == 1);
      await(() -> others.stream().allMatch(n -> n.leader().isPresent()));
      await(() -> others.stream().allMatch(n -> n.stateOf(stopped.id).equals("absent")));
      assertThat(others.getFirst().events()).contains("node_left " + stopped.id);
      assertThat(cluster.store.leases().list()).hasSize(2);
    }
  }

  @Test
  @VirtualTime("compares states and times to the second")
  void aLeaderThatIsCutOffStepsDownBeforeAnotherOneLeads() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      List<Node> nodes = cluster.startNodes(3, LOW_LATENCY);
      Node old = cluster.leader();
      List<Node> others = cluster.followers();
      cluster.advance(Duration.ofSeconds(5));
      old.cut();
      long cutAt = cluster.runtime.nanoTime();
      List<Duration> steppedDown = new ArrayList<>();
      cluster.advance(
          WORST_CASE,
          () -> {
            assertThat(nodes.stream().filter(Node::isLeader)).hasSizeLessThanOrEqualTo(1);
            if (steppedDown.isEmpty() && !old.isLeader()) {
              steppedDown.add(Duration.ofNanos(cluster.runtime.nanoTime() - cutAt));
            }
          });
      assertThat(steppedDown).hasSize(1);
      assertThat(steppedDown.getFirst()).isLessThan(TTL);
      await(() -> others.stream().filter(Node::isLeader).count() == 1);
      assertThat(old.leader()).isEmpty();
      assertThat(old.status().path("notice").stringValue()).contains("not reached the store");
      // The others look well to it: it is the one that is cut off.
      assertThat(others).allMatch(n -> old.stateOf(n.id).equals("healthy"));
      assertThat(old.stateOf(old.id)).isEqualTo("unhealthy");

      old.heal();
      cluster.advance(Duration.ofSeconds(3));
      await(() -> nodes.stream().allMatch(n -> n.stateOf(old.id).equals("healthy")));
      assertThat(nodes.stream().filter(Node::isLeader)).hasSize(1);
      assertThat(old.isLeader()).isFalse();
      await(() -> old.leader().equals(others.getFirst().leader()));
      assertThat(cluster.store.leases().list()).hasSize(3);
    }
  }

  @Test
  void aLeaderOfThePastCannotWrite() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      cluster.startNodes(2, QUIET);
      Node old = cluster.leader();
      Node next = cluster.followers().getFirst();
      Key key = Key.utf8("/ztap/guarded");
      Condition oldTerm = old.cluster().stillLeading().orElseThrow();
      assertThat(write(cluster, oldTerm, key)).isTrue();
      assertThat(next.cluster().stillLeading()).isEmpty();
      old.stop();
      await(next::isLeader);
      assertThat(write(cluster, oldTerm, key)).isFalse();
      assertThat(write(cluster, next.cluster().stillLeading().orElseThrow(), key)).isTrue();
    }
  }

  private static boolean write(ZtapCluster cluster, Condition condition, Key key) {
    return cluster
        .store
        .keyValues()
        .commit(Transaction.when(condition).then(Put.of(key, Bytes.utf8("x"))))
        .conditionsHeld();
  }

  @Test
  @VirtualTime("compares states and times to the second")
  void aSilentNodeBecomesSuspectThenUnhealthyThenGone() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      cluster.startNodes(3, LOW_LATENCY);
      Node observer = cluster.leader();
      Node silent = cluster.followers().getLast();
      silent.cut();
      List<String> states = new ArrayList<>();
      cluster.advance(
          WORST_CASE,
          () -> {
            String state = observer.stateOf(silent.id);
            if (states.isEmpty() || !states.getLast().equals(state)) {
              states.add(state);
            }
          });
      assertThat(states).containsExactly("healthy", "suspect", "unhealthy", "gone");
      assertThat(observer.events())
          .containsSubsequence("node_unwell " + silent.id, "node_left " + silent.id);
      silent.heal();
      cluster.advance(Duration.ofSeconds(3));
      await(() -> observer.stateOf(silent.id).equals("healthy"));
    }
  }

  @Test
  @VirtualTime("compares states and times to the second")
  void aSecondProcessOfTheSameIdIsRefused() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      Node first = cluster.startNodes(1, LOW_LATENCY).getFirst();
      CompletableFuture<Node> second = cluster.startBehind("node1", LOW_LATENCY);
      await(() -> {
        cluster.advance(Duration.ofMillis(500));
        return second.isDone();
      });
      assertThatThrownBy(second::join)
          .cause()
          .isInstanceOf(StartException.class)
          .hasMessageContaining("node id 'node1' is in use")
          .hasMessageContaining(first.address())
          .hasMessageContaining("started at 2026-01-01T00:00:00Z");
      assertThat(first.isLeader()).isTrue();
      assertThat(cluster.store.leases().list()).hasSize(1);
    }
  }

  @Test
  void aProcessThatCrashedCanStartAgainUnderItsId() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      Node other = cluster.startNodes(2, LOW_LATENCY).getFirst();
      Node crashed = cluster.followers().getFirst();
      crashed.cut();
      CompletableFuture<Node> starting = cluster.startBehind(crashed.id, LOW_LATENCY);
      await(() -> {
        cluster.advance(Duration.ofMillis(500));
        return starting.isDone();
      });
      try (Node again = starting.join()) {
        await(() -> {
          cluster.advance(Duration.ofMillis(500));
          return again.http.get("/readyz").status() == 200;
        });
        await(() -> other.stateOf(crashed.id).equals("healthy"));
        assertThat(other.sees(crashed.id).orElseThrow().path("address").stringValue())
            .isEqualTo(again.address());
      }
    }
  }

  @Test
  void aPrefixBelongsToOneCluster() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      Node node = cluster.start("node1", Map.of("cluster-id", "green"));
      assertThat(node.status().path("cluster_id").stringValue()).isEqualTo("green");
      assertThatThrownBy(() -> cluster.start("node2", Map.of("cluster-id", "blue")))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("belong to cluster 'green'")
          .hasMessageContaining("this node to 'blue'");
      Node any = cluster.start("node3", Map.of());
      assertThat(any.status().path("cluster_id").stringValue()).isEqualTo("green");
    }
  }

  @Test
  void theLeaderIsReadableAtTheElectionKey() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      cluster.startNodes(2, QUIET);
      Key key = Key.utf8("/ztap/election");
      JsonNode record =
          Json.read(cluster.store.keyValues().get(key).orElseThrow().value().toArray());
      assertThat(record.path("id").stringValue()).isEqualTo("node1");
      assertThat(record.path("term").longValue())
          .isEqualTo(cluster.leader().status().path("leader").path("term").longValue());
      Node second = cluster.followers().getFirst();
      cluster.leader().stop();
      await(second::isLeader);
      JsonNode next = Json.read(cluster.store.keyValues().get(key).orElseThrow().value().toArray());
      assertThat(next.path("id").stringValue()).isEqualTo(second.id);
      assertThat(next.path("term").longValue()).isGreaterThan(record.path("term").longValue());
      second.stop();
      assertThat(cluster.store.keyValues().get(key)).isEmpty();
    }
  }

  @Test
  @VirtualTime("minutes go by")
  void tenNodesSeeEveryEventOnceAndNoneThatDidNotHappen() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      List<Node> nodes = cluster.startNodes(10, Map.of());
      cluster.advance(Duration.ofMinutes(10), Duration.ofMillis(2500), () -> {});
      for (Node node : nodes) {
        assertThat(node.events()).hasSize(11).doesNotHaveDuplicates();
        assertThat(node.events()).filteredOn(e -> e.startsWith("node_joined")).hasSize(10);
      }
    }
  }
}
