package dev.plinth.service.centro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.UnreachableStore;
import dev.plinth.chassis.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What happens to jobs whose nodes do not answer. */
final class CentroRecoveryTest {
  private static final Duration RESERVATION = Duration.ofSeconds(30);
  private static final Duration TTL = Duration.ofSeconds(60);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration SLACK = Duration.ofSeconds(5);

  @Test
  @VirtualTime("reservations, lost nodes and outages take minutes")
  void aJobThatIsNotClaimedGoesToAnotherNodeBeforeAnyLaterJob() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      centro.awaitElected();
      String early = CentroFixture.submit(server.http(), "early");
      TalkClient dies = new TalkClient(server.channel(), "dies");
      TalkClient lives = new TalkClient(server.channel(), "lives");
      dies.heartbeat();
      assertThat(dies.getJob().jobId()).isEqualTo(early);
      String late = CentroFixture.submit(server.http(), "late");

      centro.pass(RESERVATION.minusSeconds(2));
      assertThat(centro.place(early)).as("before its deadline").isEqualTo("active");
      Duration waited = centro.passUntil(SLACK, () -> centro.place(early).equals("queue"));
      assertThat(waited).isPositive();

      lives.heartbeat();
      TalkClient.Offer offer = lives.getJob();
      assertThat(offer.jobId()).isEqualTo(early);
      assertThat(centro.document("/centro/jobs/active/" + early).path("attempt").intValue())
          .isEqualTo(2);
      assertThat(lives.claim(early).ok()).isTrue();
      assertThat(lives.getJob().jobId()).isEqualTo(late);

      assertThat(dies.claim(early).ok()).as("claim of an attempt that was taken back").isFalse();
      assertThat(dies.update(early, "running").message()).contains("attempt 1", "taken back");
    }
  }

  @Test
  void aNodeThatOwesAClaimIsOfferedTheSameJobAgain() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture first = centro.server();
      ServiceFixture second = centro.server();
      String one = CentroFixture.submit(first.http(), "one");
      CentroFixture.submit(first.http(), "two");
      TalkClient agent = new TalkClient(first.channel(), "node-1");
      TalkClient sameElsewhere = new TalkClient(second.channel(), "node-1");
      agent.heartbeat();
      assertThat(agent.getJob().jobId()).isEqualTo(one);
      assertThat(agent.getJob().jobId()).isEqualTo(one);
      assertThat(sameElsewhere.getJob().jobId()).isEqualTo(one);
      assertThat(centro.document("/centro/jobs/active/" + one).path("attempt").intValue())
          .isEqualTo(1);
      assertThat(centro.keys("/centro/jobs/active/")).hasSize(1);
    }
  }

  @Test
  @VirtualTime("reservations, lost nodes and outages take minutes")
  void theJobsOfALostNodeAreRequeuedAndItsLateReportsRefused() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      centro.awaitElected();
      TalkClient dies = new TalkClient(server.channel(), "dies");
      TalkClient lives = new TalkClient(server.channel(), "lives");
      centro.pass(TTL);
      dies.heartbeat();
      List<String> jobs = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        String job = CentroFixture.submit(server.http(), "job-" + i);
        assertThat(dies.getJob().jobId()).isEqualTo(job);
        dies.claim(job);
        dies.update(job, "running");
        jobs.add(job);
      }
      for (Duration passed = Duration.ZERO;
          passed.compareTo(TTL.minusSeconds(5)) < 0;
          passed = passed.plusSeconds(5)) {
        centro.pass(Duration.ofSeconds(5));
        lives.heartbeat();
      }
      assertThat(status(server, "dies")).isEqualTo("healthy");
      assertThat(centro.keys("/centro/jobs/active/")).hasSize(5);
      centro.passUntil(
          Duration.ofSeconds(5).plus(SLACK), () -> status(server, "dies").equals("unhealthy"));
      assertThat(centro.keys("/centro/jobs/active/")).as("within the grace").hasSize(5);
      centro.passUntil(GRACE.plus(SLACK), () -> centro.keys("/centro/jobs/active/").isEmpty());
      // Each is counted behind the transaction that moves it.
      CentroFixture.await(
          () -> server.metrics().contains("centro_jobs_requeued_total{reason=\"node-lost\"} 5.0"));

      dies.heartbeat();
      assertThat(dies.getJob().hasJob())
          .as("no newer attempt of what the node may still run")
          .isFalse();
      for (String job : jobs) {
        assertThat(dies.update(job, "completed").ok()).isFalse();
        assertThat(dies.update(job, "completed").message()).contains("attempt 1", "stop it");
      }
      lives.heartbeat();
      for (String job : jobs) {
        assertThat(lives.getJob().jobId()).isEqualTo(job);
        assertThat(lives.claim(job).ok()).isTrue();
        assertThat(dies.update(job, "completed").ok()).as("after the hand-over").isFalse();
        assertThat(lives.update(job, "completed").ok()).isTrue();
        JsonNode history = centro.document("/centro/jobs/history/" + job);
        assertThat(history.path("attempt").intValue()).isEqualTo(2);
        assertThat(history.path("node_id").stringValue()).isEqualTo("lives");
        assertThat(history.path("attempts").path(0).path("result").stringValue())
            .contains("node was lost");
      }
    }
  }

  @Test
  @VirtualTime("reservations, lost nodes and outages take minutes")
  void aNodeThatCameBackGetsAnotherAttemptOnceItHadATtlToAnswer() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture server = centro.server();
      centro.awaitElected();
      TalkClient only = new TalkClient(server.channel(), "only");
      only.heartbeat();
      String job = CentroFixture.submit(server.http(), "one");
      assertThat(only.getJob().jobId()).isEqualTo(job);
      centro.passUntil(RESERVATION.plus(SLACK), () -> centro.place(job).equals("queue"));
      only.heartbeat();
      assertThat(only.getJob().hasJob()).isFalse();
      assertThat(
              server
                  .http()
                  .get("/api/v1/jobs/" + job)
                  .json()
                  .path("waiting")
                  .path("only")
                  .stringValue())
          .contains("attempt 1");
      Duration passed = Duration.ZERO;
      while (!only.getJob().hasJob()) {
        assertThat(passed).isLessThan(TTL.plus(SLACK));
        centro.pass(Duration.ofSeconds(5));
        passed = passed.plusSeconds(5);
        only.heartbeat();
      }
      assertThat(passed).isGreaterThanOrEqualTo(TTL.minus(SLACK));
      assertThat(centro.document("/centro/jobs/active/" + job).path("attempt").intValue())
          .isEqualTo(2);
    }
  }

  @Test
  @VirtualTime("reservations, lost nodes and outages take minutes")
  void nothingIsLostBeforeAFullTtlAfterATakeOver() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture first = centro.server();
      centro.awaitElected();
      TalkClient agent = new TalkClient(first.channel(), "node-1");
      agent.heartbeat();
      String job = CentroFixture.submit(first.http(), "one");
      agent.getJob();
      agent.claim(job);
      agent.update(job, "running");
      first.stop();
      centro.pass(Duration.ofMinutes(3));
      assertThat(centro.keys("/centro/node-liveness/")).isEmpty();

      ServiceFixture second = centro.server();
      centro.awaitElected();
      centro.pass(TTL.minusSeconds(5));
      assertThat(centro.place(job)).as("the node may still come back").isEqualTo("active");
      TalkClient again = new TalkClient(second.channel(), "node-1");
      again.heartbeat();
      centro.pass(Duration.ofSeconds(30));
      again.heartbeat();
      assertThat(again.update(job, "completed").ok()).isTrue();
      assertThat(centro.document("/centro/jobs/history/" + job).path("attempt").intValue())
          .isEqualTo(1);
    }
  }

  @Test
  @VirtualTime("reservations, lost nodes and outages take minutes")
  void anOutageOfTheStoreGivesEverybodyTheFullTimeAgain() {
    try (CentroFixture centro = new CentroFixture()) {
      UnreachableStore store = new UnreachableStore(centro.store);
      store.reachable(true);
      ServiceFixture server = centro.server(store, Map.of("election-ttl", "10m"));
      centro.awaitElected();
      TalkClient agent = new TalkClient(server.channel(), "node-1");
      agent.heartbeat();
      String job = CentroFixture.submit(server.http(), "one");
      agent.getJob();
      centro.pass(RESERVATION.minusSeconds(5));
      assertThat(centro.place(job)).isEqualTo("active");
      store.reachable(false);
      centro.pass(Duration.ofMinutes(3));
      assertThat(server.http().get("/api/v1/jobs/" + job).status()).isEqualTo(503);
      store.reachable(true);
      centro.pass(RESERVATION.minusSeconds(5));
      assertThat(centro.place(job)).as("nobody could have claimed it").isEqualTo("active");
      centro.passUntil(Duration.ofSeconds(5).plus(SLACK), () -> centro.place(job).equals("queue"));
    }
  }

  @Test
  @VirtualTime("reservations, lost nodes and outages take minutes")
  void demonstrationJobsComeOnlyWhenAskedForAndOnce() {
    try (CentroFixture centro = new CentroFixture()) {
      ServiceFixture plain = centro.server();
      centro.awaitElected();
      centro.pass(Duration.ofSeconds(10));
      assertThat(centro.keys("/centro/jobs/")).isEmpty();
      plain.stop();
      ServiceFixture first = centro.server(Map.of("demo-jobs", true));
      // How much time passes before the server is elected is up to the machine.
      CentroFixture.await(() -> {
        centro.pass(Duration.ofMillis(500));
        return centro.keys("/centro/jobs/queue/").size() == 2;
      });
      TalkClient agent = new TalkClient(first.channel(), "node-1");
      agent.heartbeat();
      String job = agent.getJob().jobId();
      agent.claim(job);
      agent.update(job, "completed");
      first.stop();
      centro.server(Map.of("demo-jobs", true));
      centro.awaitElected();
      centro.pass(Duration.ofSeconds(10));
      assertThat(centro.keys("/centro/jobs/")).hasSize(2);
      assertThat(centro.place(job)).isEqualTo("history");
    }
  }

  private static String status(ServiceFixture server, String node) {
    return server.http().get("/api/v1/nodes/" + node).json().path("status").stringValue();
  }
}
