package dev.plinth.service.centro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The HTTP API. */
final class CentroHttpTest {

  @Test
  void aBadJobIsRefusedWithEveryFieldNamedAndNothingWritten() {
    try (CentroFixture centro = new CentroFixture()) {
      JsonClient http = centro.server().http();
      JsonClient.Answer answer =
          http.post(
              "/api/v1/jobs",
              """
              {"name": "", "type": "cron", "priority": 101, "datacenters": ["a b"], "nmae": 1,
               "resources": {"cpu": -1, "memory_mb": "much", "gpu": 1},
               "tasks": [{"name": "a", "driver": "docker"},
                         {"name": "b", "driver": "podman", "config": {"image": "x; rm -rf /"}},
                         {"name": "b", "driver": "process", "env": {"1A": "x"}, "volumes": []}],
               "meta": {"n": 1}}
              """);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.problem()).isEqualTo("invalid");
      assertThat(answer.wrongFields())
          .contains(
              "name",
              "type",
              "priority",
              "datacenters",
              "nmae",
              "resources.cpu",
              "resources.memory_mb",
              "resources.gpu",
              "tasks[0].driver",
              "tasks[1].config.image",
              "tasks[2].name",
              "tasks[2].env.1A",
              "tasks[2].volumes",
              "meta.n");
      assertThat(http.post("/api/v1/jobs", "{}").wrongFields()).containsExactly("name", "tasks");
      assertThat(http.post("/api/v1/jobs", "{\"name\":").status()).isEqualTo(400);
      assertThat(http.post("/api/v1/jobs", "[]").status()).isEqualTo(400);
      assertThat(http.send("POST", "/api/v1/jobs", "name=x", "text/plain").status()).isEqualTo(415);
      assertThat(http.post("/api/v1/jobs", "\"" + "x".repeat(1 << 20) + "\"").status())
          .isEqualTo(413);
      assertThat(http.get("/api/v1/jobs?status=late&limit=0&nope=1").wrongFields())
          .containsExactlyInAnyOrder("status", "limit", "nope");
      assertThat(http.get("/api/v1/jobs?continue=abc").wrongFields()).containsExactly("continue");
      assertThat(http.get("/api/v1/jobs/a%20b").wrongFields()).containsExactly("id");
      assertThat(http.get("/api/v1/nodes/a%20b").wrongFields()).containsExactly("id");
      assertThat(centro.keys("/centro/jobs/")).isEmpty();
    }
  }

  @Test
  void aQueuedJobIsCancelledAndAnActiveOneIsNot() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      JsonClient http = server.http();
      String job = CentroFixture.submit(http, "one");
      JsonClient.Answer cancelled = http.post("/api/v1/jobs/" + job + "/cancel", "");
      assertThat(cancelled.status()).as(cancelled.text()).isEqualTo(200);
      assertThat(cancelled.json().path("job").path("status").stringValue()).isEqualTo("cancelled");
      assertThat(centro.place(job)).isEqualTo("history");
      assertThat(http.post("/api/v1/jobs/" + job + "/cancel", "").status()).isEqualTo(409);

      String active = CentroFixture.submit(http, "two");
      TalkClient agent = new TalkClient(server.channel(), "node-1");
      agent.heartbeat();
      assertThat(agent.getJob().jobId()).as("not the cancelled one").isEqualTo(active);
      JsonClient.Answer late = http.post("/api/v1/jobs/" + active + "/cancel", "");
      assertThat(late.status()).isEqualTo(409);
      assertThat(late.problem()).isEqualTo("not-queued");
      assertThat(late.text()).contains("reserved");
      assertThat(centro.place(active)).isEqualTo("active");
      assertThat(http.post("/api/v1/jobs/none/cancel", "").status()).isEqualTo(404);
      assertThat(http.get("/api/v1/jobs/none").status()).isEqualTo(404);
    }
  }

  @Test
  void listsAreFilteredAndPagedAtOneRevision() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      JsonClient http = server.http();
      List<String> all = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        all.add(CentroFixture.submit(http, "job-" + i));
      }
      TalkClient agent = new TalkClient(server.channel(), "node-1");
      agent.heartbeat();
      for (String end : List.of("completed", "failed")) {
        String job = agent.getJob().jobId();
        agent.claim(job);
        agent.update(job, end);
      }
      String reserved = agent.getJob().jobId();
      assertThat(ids(http, "?status=completed")).containsExactly(all.get(0));
      assertThat(ids(http, "?status=failed")).containsExactly(all.get(1));
      assertThat(ids(http, "?status=finished")).containsExactlyInAnyOrder(all.get(0), all.get(1));
      assertThat(ids(http, "?status=active")).containsExactly(reserved);
      assertThat(ids(http, "?status=running")).isEmpty();
      assertThat(ids(http, "?status=queued"))
          .containsExactlyInAnyOrderElementsOf(all.subList(3, 7));

      List<String> paged = new ArrayList<>();
      JsonNode page = http.get("/api/v1/jobs?limit=3").json();
      long revision = page.path("revision").longValue();
      while (true) {
        page.path("jobs").forEach(job -> paged.add(job.path("job_id").stringValue()));
        assertThat(page.path("revision").longValue()).isEqualTo(revision);
        if (!page.has("continue")) {
          break;
        }
        agent.claim(reserved);
        agent.update(reserved, "completed");
        CentroFixture.submit(http, "later");
        page =
            http.get("/api/v1/jobs?limit=3&continue=" + page.path("continue").stringValue()).json();
      }
      assertThat(paged).containsExactlyInAnyOrderElementsOf(all);

      JsonNode stats = http.get("/api/v1/stats").json();
      assertThat(stats.path("nodes").path("healthy").intValue()).isEqualTo(1);
      assertThat(stats.path("jobs").path("completed").intValue()).isEqualTo(2);
      assertThat(stats.path("jobs").path("failed").intValue()).isEqualTo(1);
      assertThat(stats.path("jobs").path("active").intValue()).isZero();
      assertThat(server.metrics())
          .contains("centro_jobs_handed_out_total 3.0")
          .contains("centro_queue_depth")
          .contains("centro_jobs_finished_total{status=\"failed\"} 1.0");
    }
  }

  @Test
  void nodesAreShownWithWhatTheyHave() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      TalkClient agent = new TalkClient(server.channel(), "node-1");
      new TalkClient(server.channel(), "node-2").heartbeat();
      agent.heartbeat(1000, Map.of("datacenter", "dc1", "zone", "a"));
      String job = CentroFixture.submit(server.http(), "one", "\"resources\":{\"memory_mb\":600},");
      agent.getJob();
      JsonNode node = server.http().get("/api/v1/nodes/node-1").json();
      assertThat(node.path("status").stringValue()).isEqualTo("healthy");
      assertThat(node.path("datacenter").stringValue()).isEqualTo("dc1");
      assertThat(node.path("metadata").path("zone").stringValue()).isEqualTo("a");
      assertThat(node.path("free").path("memory_mb").doubleValue()).isEqualTo(400);
      assertThat(node.path("jobs").path(0).path("job_id").stringValue()).isEqualTo(job);
      assertThat(node.path("jobs").path(0).path("phase").stringValue()).isEqualTo("reserved");
      JsonNode first = server.http().get("/api/v1/nodes?limit=1").json();
      assertThat(first.path("nodes").path(0).path("node_id").stringValue()).isEqualTo("node-1");
      JsonNode second =
          server
              .http()
              .get("/api/v1/nodes?limit=1&continue=" + first.path("continue").stringValue())
              .json();
      assertThat(second.path("nodes").path(0).path("node_id").stringValue()).isEqualTo("node-2");
      assertThat(second.has("continue")).isFalse();
      assertThat(server.http().get("/api/v1/nodes/none").status()).isEqualTo(404);
    }
  }

  @Test
  void storedDocumentsKeepWhatTheyDoNotKnowAndBadOnesAreListedAndCounted() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      JsonClient http = server.http();
      put(centro, "/centro/jobs/queue/bad-17", "{\"schema\":1,");
      put(centro, "/centro/jobs/queue/newer-17", "{\"schema\":2}");
      put(centro, "/centro/jobs/active/odd", "[]");
      put(centro, "/centro/nodes/odd", "{}");
      String job = CentroFixture.submit(http, "one");
      String queued = centro.keys("/centro/jobs/queue/" + job).getFirst();
      ObjectNode document = (ObjectNode) centro.document(queued);
      document.put("note", "of a later version");
      ((ObjectNode) document.path("job")).put("colour", "red");
      put(centro, queued, new JsonMapper().writeValueAsString(document));

      TalkClient agent = new TalkClient(server.channel(), "node-1");
      agent.heartbeat();
      assertThat(agent.getJob().jobId()).isEqualTo(job);
      agent.claim(job);
      agent.update(job, "completed");
      JsonNode history = centro.document("/centro/jobs/history/" + job);
      assertThat(history.path("note").stringValue()).isEqualTo("of a later version");
      assertThat(history.path("job").path("colour").stringValue()).isEqualTo("red");

      JsonNode list = http.get("/api/v1/jobs").json();
      assertThat(list.path("jobs").size()).isEqualTo(1);
      List<String> invalid = new ArrayList<>();
      list.path("invalid").forEach(one -> invalid.add(one.path("key").stringValue()));
      assertThat(invalid)
          .containsExactly(
              "/centro/jobs/active/odd",
              "/centro/jobs/queue/bad-17",
              "/centro/jobs/queue/newer-17");
      assertThat(http.get("/api/v1/nodes").json().path("invalid").size()).isEqualTo(1);
      assertThat(http.get("/api/v1/jobs/odd").problem()).isEqualTo("unreadable-document");
      CentroFixture.await(() -> server.metrics().contains("centro_documents_invalid 2.0"));
      assertThat(new TalkClient(server.channel(), "odd").heartbeat().ok())
          .as("a node heals its own document")
          .isTrue();
      assertThat(http.get("/api/v1/nodes").json().path("invalid").size()).isZero();
    }
  }

  private static List<String> ids(JsonClient http, String query) {
    List<String> ids = new ArrayList<>();
    http.get("/api/v1/jobs" + query)
        .json()
        .path("jobs")
        .forEach(job -> ids.add(job.path("job_id").stringValue()));
    return ids;
  }

  private static void put(CentroFixture centro, String key, String value) {
    centro.store.keyValues().put(Key.utf8(key), Bytes.utf8(value));
  }
}
