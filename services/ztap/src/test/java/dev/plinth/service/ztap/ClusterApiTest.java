package dev.plinth.service.ztap;

import static dev.plinth.service.ztap.ZtapCluster.LOW_LATENCY;
import static dev.plinth.service.ztap.ZtapCluster.QUIET;
import static dev.plinth.service.ztap.ZtapCluster.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.EventReader;
import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.VirtualTime;
import dev.plinth.service.ztap.ZtapCluster.Node;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What the API takes, refuses and answers, over real HTTP. */
final class ClusterApiTest {
  private static final String NODES = "/v1/cluster/nodes";

  @Test
  void readingChangesNothing() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      Node node = cluster.startNodes(2, QUIET).getFirst();
      Revision before = cluster.store.keyValues().current();
      int leases = cluster.store.leases().list().size();
      for (String path :
          List.of("/v1/cluster/status", NODES, "/v1/cluster/events", "/readyz", "/metrics")) {
        // Who asks whether it is ready does not wait for a store that takes more than a second.
        await(() -> node.http.get(path).status() == 200);
      }
      assertThat(cluster.store.keyValues().current()).isEqualTo(before);
      assertThat(cluster.store.leases().list()).hasSize(leases);
    }
  }

  @Test
  @VirtualTime("waits for longer than a session lives")
  void aDeclaredMemberStaysUntilItLeaves() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      Node node = cluster.startNodes(1, LOW_LATENCY).getFirst();
      String body = "{\"id\":\"db-1\",\"address\":\"10.0.1.9:9090\",\"metadata\":{\"zone\":\"a\"}}";
      Answer joined = node.http.post(NODES, body);
      assertThat(joined.status()).isEqualTo(201);
      assertThat(joined.json().path("declared").booleanValue()).isTrue();
      await(() -> node.stateOf("db-1").equals("gone"));
      cluster.advance(Duration.ofSeconds(60));
      JsonNode seen = node.sees("db-1").orElseThrow();
      assertThat(seen.path("reason").stringValue()).isEqualTo("declared, not seen");
      assertThat(seen.path("metadata").path("zone").stringValue()).isEqualTo("a");
      assertThat(seen.path("last_seen").isNull()).isTrue();

      Answer again = node.http.post(NODES, body);
      assertThat(again.status()).isEqualTo(201);
      assertThat(again.json()).isEqualTo(joined.json());
      Answer moved = node.http.post(NODES, body.replace("10.0.1.9", "10.0.1.8"));
      assertThat(moved.status()).isEqualTo(409);
      assertThat(moved.text()).contains("10.0.1.9:9090");

      Answer left = node.http.delete(NODES + "/db-1");
      assertThat(left.status()).isEqualTo(200);
      assertThat(left.json().path("result").stringValue()).isEqualTo("removed");
      await(() -> node.stateOf("db-1").equals("absent"));
      assertThat(node.http.delete(NODES + "/db-1").status()).isEqualTo(404);
    }
  }

  @Test
  void aDeclaredNodeThatLivesIsShownOnceWithItsState() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      List<Node> nodes = cluster.startNodes(2, QUIET);
      Node node = nodes.getFirst();
      Node other = nodes.getLast();
      String body = "{\"id\":\"node2\",\"address\":\"" + other.address() + "\"}";
      assertThat(node.http.post(NODES, body).status()).isEqualTo(201);
      await(() -> node.sees("node2").orElseThrow().path("declared").booleanValue());
      assertThat(node.stateOf("node2")).isEqualTo("healthy");
      assertThat(node.status().path("total_nodes").intValue()).isEqualTo(2);
      Answer elsewhere = node.http.post(NODES, "{\"id\":\"node1\",\"address\":\"10.0.1.1:1\"}");
      assertThat(elsewhere.status()).isEqualTo(409);
      assertThat(elsewhere.text()).contains(node.address());
      other.stop();
      await(() -> node.stateOf("node2").equals("gone"));
      assertThat(node.sees("node2").orElseThrow().path("reason").stringValue()).isEqualTo("left");
    }
  }

  @Test
  void aLivingNodeThatIsToldToLeaveDoesSoAtOnce() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      List<Node> nodes = cluster.startNodes(2, QUIET);
      Node leader = nodes.getFirst();
      Node other = nodes.getLast();
      Answer answer = other.http.delete(NODES + "/" + leader.id);
      assertThat(answer.json().path("result").stringValue()).isEqualTo("leaving");
      // No time passes.
      await(other::isLeader);
      await(() -> other.stateOf(leader.id).equals("absent"));
      // The others may see it gone before it knows that its session is closed.
      await(() -> leader.status().at("/node/membership").stringValue().equals("left"));
      JsonNode status = leader.status();
      assertThat(status.path("node").path("reason").stringValue())
          .isEqualTo("an operator asked it to leave");
      assertThat(status.path("is_leader").booleanValue()).isFalse();
      assertThat(leader.http.get("/readyz").status()).isEqualTo(503);
      assertThat(cluster.store.leases().list()).hasSize(1);
    }
  }

  @Test
  void aNodeThatDoesNotAnswerCanBeExpelled() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      List<Node> nodes = cluster.startNodes(2, QUIET);
      Node dead = nodes.getFirst();
      Node other = nodes.getLast();
      dead.cut();
      Answer answer = other.http.delete(NODES + "/" + dead.id + "?force=true");
      assertThat(answer.json().path("result").stringValue()).isEqualTo("ended");
      // No time passes: its leadership went with its session.
      await(other::isLeader);
      await(() -> other.stateOf(dead.id).equals("gone"));
      Answer forgotten = other.http.delete(NODES + "/" + dead.id);
      assertThat(forgotten.json().path("result").stringValue()).isEqualTo("forgotten");
      assertThat(other.stateOf(dead.id)).isEqualTo("absent");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{|''",
        "[]|,id,address",
        "7|,id,address",
        "{}|id,address",
        "{\"id\":1,\"address\":2}|id,address",
        "{\"id\":\"a/b\",\"address\":\"nowhere\"}|id,address",
        "{\"id\":\"a"
            + " b\",\"address\":\"h:0\",\"metadata\":[],\"role\":\"x\"}|id,address,metadata,role",
        "{\"id\":\"a\",\"address\":\"h:1\",\"metadata\":{\"x\":1}}|metadata.x",
        "{\"id\":\"a\",\"id\":\"b\",\"address\":\"h:1\"}|''"
      })
  void badMembersAreRefusedWithEveryFieldNamed(String body, String fields) {
    try (ZtapCluster cluster = new ZtapCluster()) {
      Node node = cluster.startNodes(1, QUIET).getFirst();
      Revision before = cluster.store.keyValues().current();
      Answer answer = node.http.post(NODES, body);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
      assertThat(answer.wrongFields())
          .containsExactlyInAnyOrder(fields.isEmpty() ? new String[] {""} : fields.split(","));
      assertThat(cluster.store.keyValues().current()).isEqualTo(before);
    }
  }

  @Test
  void badRequestsOfOtherKindsAreRefused() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      Node node = cluster.startNodes(1, QUIET).getFirst();
      Revision before = cluster.store.keyValues().current();
      assertThat(node.http.post(NODES, "\"" + "x".repeat(1 << 20) + "\"").status()).isEqualTo(413);
      assertThat(node.http.send("POST", NODES, "id=1", "text/plain").status()).isEqualTo(415);
      assertThat(node.http.delete(NODES + "/a%2Fb").status()).isEqualTo(400);
      assertThat(node.http.delete(NODES + "/" + "x".repeat(129)).status()).isEqualTo(400);
      assertThat(node.http.delete(NODES + "/node1?force=perhaps&all=1").wrongFields())
          .containsExactlyInAnyOrder("force", "all");
      assertThat(node.http.get("/v1/cluster/status?x=1").wrongFields()).containsExactly("x");
      assertThat(node.http.delete(NODES + "/nobody").status()).isEqualTo(404);
      assertThat(node.http.get("/v1/cluster/nothing").status()).isEqualTo(404);
      String metadata =
          "{\"id\":\"a\",\"address\":\"h:1\",\"metadata\":{\"k\":\"" + "v".repeat(2000);
      assertThat(node.http.post(NODES, metadata + "\"}}").wrongFields())
          .containsExactly("metadata.k");
      assertThat(cluster.store.keyValues().current()).isEqualTo(before);
    }
  }

  @Test
  @VirtualTime("waits for longer than a session lives")
  void aStoreThatCannotBeReachedIsNotAnEmptyCluster() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      Node node = cluster.startNodes(2, LOW_LATENCY).getFirst();
      node.cut();
      String body = "{\"id\":\"a\",\"address\":\"h:1\"}";
      assertThat(node.http.post(NODES, body).status()).isEqualTo(503);
      assertThat(node.http.delete(NODES + "/node2").status()).isEqualTo(503);
      cluster.advance(Duration.ofSeconds(30));
      JsonNode status = node.status();
      assertThat(status.path("total_nodes").intValue()).isEqualTo(2);
      assertThat(status.path("leader").isNull()).isTrue();
      assertThat(status.path("notice").stringValue()).contains("not reached the store");
      assertThat(node.http.get("/readyz").status()).isEqualTo(503);
    }
  }

  @Test
  void recordsThatCannotBeReadAreListedAsInvalid() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      Node node = cluster.startNodes(1, QUIET).getFirst();
      cluster.store.keyValues().put(Key.utf8("/ztap/nodes/odd"), Bytes.utf8("{"));
      cluster.store.keyValues().put(Key.utf8("/ztap/members/old"), Bytes.utf8("[]"));
      cluster.store.keyValues().put(Key.utf8("/ztap/nodes/deep/er"), Bytes.utf8("{}"));
      await(() -> node.stateOf("odd").equals("invalid") && node.stateOf("old").equals("invalid"));
      assertThat(node.stateOf("node1")).isEqualTo("healthy");
      assertThat(node.status().path("total_nodes").intValue()).isEqualTo(3);
      assertThat(node.http.delete(NODES + "/odd").json().path("result").stringValue())
          .isEqualTo("removed");
      assertThat(node.http.delete(NODES + "/old").status()).isEqualTo(200);
      await(() -> node.status().path("total_nodes").intValue() == 1);
    }
  }

  @Test
  void theLeaderCanBeFollowed() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      List<Node> nodes = cluster.startNodes(2, QUIET);
      Node leader = nodes.getFirst();
      Node other = nodes.getLast();
      try (EventReader events = other.http.events("/v1/cluster/leader/watch")) {
        EventReader.Event first = events.next();
        assertThat(first.kind()).isEqualTo("put");
        assertThat(first.json().path("id").stringValue()).isEqualTo(leader.id);
        leader.stop();
        EventReader.Event next = events.next();
        while (next.kind().equals("delete")) {
          next = events.next();
        }
        assertThat(next.json().path("id").stringValue()).isEqualTo(other.id);
        assertThat(Long.parseLong(next.id())).isGreaterThan(Long.parseLong(first.id()));
      }
    }
  }

  @Test
  void effectiveTimingIsShown() {
    try (ZtapCluster cluster = new ZtapCluster()) {
      Node node = cluster.start("node1", Map.of());
      JsonNode timing = node.status().path("timing");
      assertThat(timing.path("session_ttl").stringValue()).isEqualTo("1m0s");
      assertThat(timing.path("heartbeat_interval").stringValue()).isEqualTo("5s");
      assertThat(timing.path("election_timeout").stringValue()).isEqualTo("15s");
      assertThat(timing.path("worst_case_failover").stringValue()).isEqualTo("1m1s");
      // A node may lead before it has seen itself.
      await(() -> node.metric("ztap_cluster_nodes_total") == 1);
      assertThat(node.http.get("/metrics").text())
          .contains("ztap_cluster_leader_elected_total")
          .contains("ztap_cluster_failover_duration_seconds_bucket");
    }
  }
}
