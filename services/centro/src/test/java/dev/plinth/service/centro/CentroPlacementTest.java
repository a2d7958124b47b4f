package dev.plinth.service.centro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Which job a node gets. */
final class CentroPlacementTest {
  private static final Map<String, String> DC1 = Map.of("datacenter", "dc1");

  @Test
  @VirtualTime("steps the wall clock")
  void jobsComeByPriorityAndThenInTheOrderOfSubmit() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture one = centro.server();
      ServiceFixture two = centro.server();
      List<String> expected = new ArrayList<>(List.of("", "", "", "", "", ""));
      expected.set(4, CentroFixture.submit(one.http(), "a", "\"priority\":10,"));
      expected.set(2, CentroFixture.submit(two.http(), "b"));
      expected.set(0, CentroFixture.submit(one.http(), "c", "\"priority\":90,"));
      // The wall clock decides nothing: not the place in the queue, not the name.
      centro.runtime.stepWallClock(Duration.ofHours(-5));
      expected.set(3, CentroFixture.submit(two.http(), "d", "\"priority\":50,"));
      expected.set(5, CentroFixture.submit(one.http(), "e", "\"priority\":10,"));
      expected.set(1, CentroFixture.submit(two.http(), "f", "\"priority\":90,"));
      List<String> got = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        ServiceFixture server = i % 2 == 0 ? one : two;
        TalkClient agent = new TalkClient(server.channel(), "node-" + i);
        agent.heartbeat();
        got.add(agent.getJob().jobId());
      }
      assertThat(got).isEqualTo(expected);
    }
  }

  @Test
  void aJobThatDoesNotFitHoldsNobodyUpAndSaysWhyItWaits() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      JsonClient http = server.http();
      String big = CentroFixture.submit(http, "big", "\"resources\":{\"memory_mb\":64000},");
      String small = CentroFixture.submit(http, "small", "\"resources\":{\"memory_mb\":100},");
      TalkClient little = new TalkClient(server.channel(), "little");
      little.heartbeat(4000, DC1);
      assertThat(little.getJob().jobId()).isEqualTo(small);
      little.claim(small);
      TalkClient.Offer none = little.getJob();
      assertThat(none.hasJob()).isFalse();
      assertThat(none.message()).contains("memory short by 60100 MB");
      JsonNode shown = http.get("/api/v1/jobs/" + big).json();
      assertThat(shown.path("status").stringValue()).isEqualTo("queued");
      assertThat(shown.path("waiting").path("little").stringValue())
          .isEqualTo("memory short by 60100 MB");
      TalkClient large = new TalkClient(server.channel(), "large");
      large.heartbeat(128_000, DC1);
      assertThat(large.getJob().jobId()).isEqualTo(big);
    }
  }

  @Test
  void datacentersAreComparedWhole() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      JsonClient http = server.http();
      String ten = CentroFixture.submit(http, "ten", "\"datacenters\":[\"dc10\"],");
      String comma = CentroFixture.submit(http, "comma", "\"datacenters\":\"dc2, dc1\",");
      String star = CentroFixture.submit(http, "star", "\"datacenters\":[\"*\"],");
      String any = CentroFixture.submit(http, "any");
      TalkClient nowhere = new TalkClient(server.channel(), "nowhere");
      nowhere.heartbeat(1000, Map.of());
      assertThat(nowhere.getJob().jobId()).isEqualTo(star);
      TalkClient one = new TalkClient(server.channel(), "one");
      one.heartbeat(1000, DC1);
      assertThat(one.getJob().jobId()).isEqualTo(comma);
      one.claim(comma);
      assertThat(one.getJob().jobId()).isEqualTo(any);
      one.claim(any);
      assertThat(one.getJob().message()).contains("datacenter is dc1, not dc10");
      assertThat(centro.place(ten)).isEqualTo("queue");
    }
  }

  @Test
  void whatWasReservedIsTakenOffUntilANewerReportShowsIt() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture one = centro.server();
      ServiceFixture two = centro.server();
      List<String> jobs = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        jobs.add(
            CentroFixture.submit(
                one.http(), "job-" + i, "\"resources\":{\"memory_mb\":600,\"cpu\":1},"));
      }
      Map<String, String> cores = Map.of("cpu_cores", "4");
      TalkClient here = new TalkClient(one.channel(), "node-1");
      TalkClient there = new TalkClient(two.channel(), "node-1");
      here.heartbeat(1000, cores);
      assertThat(here.getJob().jobId()).isEqualTo(jobs.get(0));
      here.claim(jobs.get(0));
      assertThat(there.getJob().hasJob()).as("the other server counts it too").isFalse();
      here.heartbeat(1000, cores);
      assertThat(here.getJob().hasJob()).as("reported before the job ran").isFalse();
      here.update(jobs.get(0), "running");
      there.heartbeat(1000, cores);
      assertThat(there.getJob().jobId()).as("reported while the job ran").isEqualTo(jobs.get(1));
      there.claim(jobs.get(1));
      there.update(jobs.get(1), "completed");
      assertThat(here.getJob().jobId()).as("a finished job needs nothing").isEqualTo(jobs.get(2));
    }
  }

  @Test
  void cpuNeedsANodeThatSaysHowManyCoresItHas() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      CentroFixture.submit(server.http(), "job", "\"resources\":{\"cpu\":0.5,\"disk_mb\":1},");
      TalkClient silent = new TalkClient(server.channel(), "silent");
      silent.heartbeat(1000, Map.of());
      assertThat(silent.getJob().message()).contains("does not report cpu_cores");
      silent.heartbeat(1000, Map.of("cpu_cores", "1"));
      assertThat(silent.getJob().hasJob()).isTrue();
    }
  }

  @Test
  void twoServersNeverGiveOneJobToTwoNodes() throws InterruptedException {
    try (CentroFixture centro = new CentroFixture()) {
      List<ServiceFixture> servers = List.of(centro.server(), centro.server());
      Map<String, String> owners = new ConcurrentHashMap<>();
      List<Thread> agents = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        CentroFixture.submit(servers.get(i % 2).http(), "job-" + i);
      }
      for (int i = 0; i < 20; i++) {
        TalkClient agent = new TalkClient(servers.get(i % 2).channel(), "node-" + i);
        agent.heartbeat();
        agents.add(
            centro.runtime.start(
                agent.node(),
                () -> {
                  TalkClient.Offer offer = agent.getJob();
                  if (offer.hasJob() && agent.claim(offer.jobId()).ok()) {
                    owners.merge(offer.jobId(), agent.node(), (a, b) -> a + " and " + b);
                  }
                }));
      }
      for (Thread agent : agents) {
        agent.join();
      }
      assertThat(owners.values()).hasSize(20).noneMatch(owner -> owner.contains(" and "));
      assertThat(centro.keys("/centro/jobs/queue/")).isEmpty();
    }
  }

  @Test
  @VirtualTime("counts writes over many seconds")
  void aNodeThatSaysNothingNewIsSeldomWritten() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      TalkClient agent = new TalkClient(server.channel(), "node-1");
      agent.heartbeat();
      String before = centro.document("/centro/nodes/node-1").toString();
      for (int i = 0; i < 3; i++) {
        centro.pass(Duration.ofSeconds(4));
        agent.heartbeat();
      }
      assertThat(centro.document("/centro/nodes/node-1").toString()).isEqualTo(before);
      centro.pass(Duration.ofSeconds(4));
      agent.heartbeat();
      assertThat(centro.document("/centro/nodes/node-1").toString()).isNotEqualTo(before);
      for (int i = 0; i < 30; i++) {
        centro.pass(Duration.ofSeconds(5));
        agent.heartbeat();
      }
      assertThat(centro.keys("/centro/node-liveness/")).hasSize(1);
      assertThat(centro.store.leases().list())
          .as("one lease for the node and one for the elected server")
          .hasSizeLessThanOrEqualTo(2);
    }
  }
}
