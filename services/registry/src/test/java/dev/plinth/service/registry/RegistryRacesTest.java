package dev.plinth.service.registry;

import static dev.plinth.service.registry.RegistryFixture.device;
import static dev.plinth.service.registry.RegistryFixture.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Put;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Transaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Several requests at once, and a store that fails in between. */
final class RegistryRacesTest {
  private static final int ROUNDS = 25;

  @Test
  void ofSixDevicesThatRegisterAtOnceExactlyFiveGetIn()
      throws InterruptedException, ExecutionException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    try (RegistryFixture registry = RegistryFixture.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < ROUNDS; round++) {
        String user = "u" + round;
        int before = registry.leases();
        int present = random.nextInt(5);
        List<String> devices = new ArrayList<>(List.of("d1", "d2", "d3", "d4", "d5", "d6"));
        Collections.shuffle(devices, random);
        for (String early : devices.subList(0, present)) {
          assertThat(registry.register(user, early, "gw1", "c-" + early).status()).isEqualTo(201);
        }
        CountDownLatch together = new CountDownLatch(1);
        List<Future<Integer>> answers = new ArrayList<>();
        for (String device : devices.subList(present, 6)) {
          answers.add(
              threads.submit(() -> {
                together.await();
                return registry.register(user, device, "gw1", "c-" + device).status();
              }));
        }
        together.countDown();
        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> answer : answers) {
          statuses.add(answer.get());
        }
        assertThat(statuses)
            .as("seed %s, round %s", seed, round)
            .containsOnly(201, 429)
            .containsOnlyOnce(429);
        assertThat(registry.devices(user)).as("seed %s, round %s", seed, round).hasSize(5);
        assertThat(registry.leases() - before).as("seed %s, round %s", seed, round).isEqualTo(5);
      }
    }
  }

  @Test
  void connectionsThatTakeOverFromEachOtherAtOnceLeaveOneHolder()
      throws InterruptedException, ExecutionException {
    try (RegistryFixture registry = RegistryFixture.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int round = 0; round < ROUNDS; round++) {
        CountDownLatch together = new CountDownLatch(1);
        List<Future<JsonNode>> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          String connection = "c-" + round + "-" + i;
          answers.add(
              threads.submit(() -> {
                together.await();
                return registry.register("u1", "phone", "gw-" + connection, connection).json();
              }));
        }
        together.countDown();
        long latest = 0;
        String holder = "";
        for (Future<JsonNode> answer : answers) {
          long epoch = answer.get().path("epoch").longValue();
          if (epoch > latest) {
            latest = epoch;
            holder = answer.get().path("gateway").stringValue();
          }
        }
        assertThat(registry.devices("u1")).containsExactly("phone@" + holder);
        assertThat(registry.leases()).isEqualTo(1);
      }
    }
  }

  @Test
  void aRegistrationThatIsOvertakenIsDecidedAnew() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      for (int i = 1; i <= 4; i++) {
        registry.register("u1", "d" + i, "gw1", "c" + i);
      }
      registry
          .faults()
          .before(
              RegistryRacesTest::registers,
              () -> assertThat(overtake(registry, "d5")).isEqualTo(201));
      assertThat(registry.register("u1", "d6", "gw1", "c6").status()).isEqualTo(429);
      assertThat(registry.devices("u1"))
          .containsExactly("d1@gw1", "d2@gw1", "d3@gw1", "d4@gw1", "d5@gw2");
      assertThat(registry.leases()).isEqualTo(5);
    }
  }

  @Test
  void aDeviceThatLeavesDoesNotHinderOneThatComes() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "laptop", "gw1", "c1");
      registry
          .faults()
          .before(
              RegistryRacesTest::registers,
              () -> assertThat(registry.unregister("u1", "laptop", "c1").status()).isEqualTo(200));
      assertThat(registry.register("u1", "phone", "gw1", "c2").status()).isEqualTo(201);
      assertThat(registry.devices("u1")).containsExactly("phone@gw1");
    }
  }

  @Test
  void anUnregistrationThatIsOvertakenSparesTheNewConnection() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry
          .faults()
          .before(
              RegistryRacesTest::removes,
              () -> assertThat(overtake(registry, "phone")).isEqualTo(200));
      assertThat(registry.unregister("u1", "phone", "c1").status()).isEqualTo(409);
      assertThat(registry.devices("u1")).containsExactly("phone@gw2");
    }
  }

  @Test
  void whoIsAlwaysOvertakenGivesUpWithoutATrace() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      AtomicInteger others = new AtomicInteger();
      overtakeAlways(registry, others);
      Answer answer = registry.register("u1", "phone", "gw1", "mine");
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.problem()).isEqualTo("contended");
      assertThat(others.get()).isGreaterThan(8);
      assertThat(registry.devices("u1")).containsExactly("tablet@gw" + others.get());
      assertThat(registry.leases()).isEqualTo(1);
    }
  }

  private static void overtakeAlways(RegistryFixture registry, AtomicInteger others) {
    registry
        .faults()
        .before(
            transaction -> registers(transaction) && transaction.toString().contains("phone"),
            () -> {
              int n = others.incrementAndGet();
              assertThat(registry.register("u1", "tablet", "gw" + n, "c" + n).status())
                  .isLessThan(300);
              overtakeAlways(registry, others);
            });
  }

  private static int overtake(RegistryFixture registry, String device) {
    return registry.register("u1", device, "gw2", "other").status();
  }

  @Test
  void aRegistrationWhoseAnswerIsLostIsRecognisedWhenItWasApplied() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.faults().loseAnswer(RegistryRacesTest::registers, FaultyStore.Loss.APPLIED);
      Answer answer = registry.register("u1", "phone", "gw1", "c1");
      assertThat(answer.status()).isEqualTo(201);
      assertThat(answer.json().path("epoch").longValue())
          .isEqualTo(registry.lookup("u1").path("devices").get(0).path("epoch").longValue());
      assertThat(registry.leases()).isEqualTo(1);
    }
  }

  @Test
  void aRegistrationWhoseAnswerIsLostLeavesNoLeaseWhenItWasNotApplied() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.faults().loseAnswer(RegistryRacesTest::registers, FaultyStore.Loss.NOT_APPLIED);
      Answer answer = registry.register("u1", "phone", "gw1", "c1");
      assertThat(answer.status()).isEqualTo(504);
      assertThat(answer.problem()).isEqualTo("outcome-unknown");
      assertThat(registry.devices("u1")).isEmpty();
      assertThat(registry.leases()).isZero();
    }
  }

  @Test
  void aRegistrationThatTheStoreRefusesLeavesNoLease() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.faults().refuse(RegistryRacesTest::registers);
      assertThat(registry.register("u1", "laptop", "gw1", "c2").status()).isEqualTo(503);
      assertThat(registry.register("u1", "phone", "gw2", "c3").status()).isEqualTo(503);
      assertThat(registry.leases()).isEqualTo(1);
      assertThat(registry.devices("u1")).containsExactly("phone@gw1");
    }
  }

  @Test
  void anUnavailableStoreNeverLooksLikeNobody() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      Revision before = registry.store().keyValues().current();
      registry.faults().unavailable(true);
      List<Answer> answers =
          List.of(
              registry.http().get(user("u1")),
              registry.http().get(user("u2")),
              registry.http().post("/api/v1/lookup", "{\"users\": [\"u1\", \"u2\"]}"),
              registry.register("u1", "phone", "gw2", "c2"),
              registry.heartbeat("u1", "phone", "c1"),
              registry.unregister("u1", "phone", "c1"),
              registry.http().delete(user("u1")),
              registry.http().delete(device("u1", "phone") + "?force=true"),
              registry.http().post("/api/v1/leases/1/renew", ""),
              registry.http().get(user("u1") + "/watch"));
      for (Answer answer : answers) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("store-unavailable");
        assertThat(answer.header("Retry-After")).isNotEmpty();
      }
      registry.faults().unavailable(false);
      assertThat(registry.devices("u1")).containsExactly("phone@gw1");
      assertThat(registry.store().keyValues().current()).isEqualTo(before);
      assertThat(registry.service().metrics())
          .contains("registry_lookups_total{outcome=\"unknown\"} 4.0");
    }
  }

  @Test
  void aBulkLookUpSaysUnknownWhereTheStoreDidNotAnswer() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.register("u200", "phone", "gw1", "c2");
      registry.faults().refuse(transaction -> transaction.toString().contains("/users/u200/"));
      List<String> users = new ArrayList<>();
      for (int i = 1; i <= 300; i++) {
        users.add("\"u" + i + "\"");
      }
      Answer answer = registry.http().post("/api/v1/lookup", "{\"users\": " + users + "}");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().path("complete").booleanValue()).isFalse();
      JsonNode found = answer.json().path("users");
      assertThat(found.size()).isEqualTo(300);
      assertThat(found.get(0).path("outcome").stringValue()).isEqualTo("devices");
      assertThat(found.get(1).path("outcome").stringValue()).isEqualTo("nobody");
      assertThat(found.get(199).toString())
          .isEqualTo("{\"user\":\"u200\",\"outcome\":\"unknown\"}");
      assertThat(found.get(299).path("outcome").stringValue()).isEqualTo("nobody");
    }
  }

  private static boolean registers(Transaction transaction) {
    return transaction.then().stream().anyMatch(Put.class::isInstance);
  }

  private static boolean removes(Transaction transaction) {
    return transaction.then().stream().anyMatch(Delete.class::isInstance);
  }
}
