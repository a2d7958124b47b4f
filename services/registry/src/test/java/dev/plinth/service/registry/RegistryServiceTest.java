package dev.plinth.service.registry;

import static dev.plinth.service.registry.RegistryFixture.device;
import static dev.plinth.service.registry.RegistryFixture.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.VirtualTime;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Revision;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Registering, staying and leaving. */
final class RegistryServiceTest {
  @Test
  @VirtualTime("compares the whole value, the time of day in it")
  void aRegistrationIsStoredAsOtherProgramsReadIt() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      Answer answer = registry.register("u1", "phone", "gw1", "c1");
      assertThat(answer.status()).isEqualTo(201);
      Entry entry = registry.raw("/registry/users/u1/phone").orElseThrow();
      assertThat(entry.key()).isEqualTo(Key.utf8("/registry/users/u1/phone"));
      assertThat(entry.value().utf8().split("\\|", 3)).startsWith("gw1", "1767225600");
      LeaseInfo lease =
          registry.store().leases().describe(entry.lease().orElseThrow()).orElseThrow();
      assertThat(lease.granted()).isEqualTo(Duration.ofSeconds(90));
      assertThat(lease.keys()).containsExactly(entry.key());
      assertThat(answer.json().toString())
          .isEqualTo(
              "{\"user\":\"u1\",\"outcome\":\"new\",\"device\":\"phone\",\"epoch\":"
                  + entry.modified()
                  + ",\"gateway\":\"gw1\",\"connected_at\":1767225600,\"metadata\":{},"
                  + "\"connection_id\":\"c1\",\"lease\":\""
                  + lease.id().hex()
                  + "\",\"ttl_seconds\":90,\"heartbeat_seconds\":30}");
    }
  }

  @Test
  @VirtualTime("registrations live for 90 s")
  void aSilentDeviceIsPresentUntilItsTimeIsOverAndThenGone() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.advance(Duration.ofSeconds(85));
      assertThat(registry.devices("u1")).containsExactly("phone@gw1");
      registry.advance(Duration.ofSeconds(5).plus(registry.store().limits().expiryBound()));
      assertThat(registry.lookup("u1").path("outcome").stringValue()).isEqualTo("nobody");
      assertThat(registry.leases()).isZero();
    }
  }

  @Test
  @VirtualTime("registrations live for 90 s")
  void heartbeatsKeepADeviceAsLongAsTheyCome() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      long epoch = registry.register("u1", "phone", "gw1", "c1").json().path("epoch").longValue();
      for (int i = 0; i < 10; i++) {
        registry.advance(Duration.ofSeconds(60));
        Answer answer = registry.heartbeat("u1", "phone", "c1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("epoch").longValue()).isEqualTo(epoch);
        assertThat(answer.json().path("ttl_seconds").longValue()).isEqualTo(90);
      }
      assertThat(registry.devices("u1")).containsExactly("phone@gw1");
      registry.advancePastExpiry();
      assertThat(registry.heartbeat("u1", "phone", "c1").status()).isEqualTo(404);
    }
  }

  @Test
  @VirtualTime("steps the wall clock")
  void theWallClockNeitherShortensNorLengthensARegistration() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.stepWallClock(Duration.ofDays(-1));
      registry.register("u1", "laptop", "gw2", "c2");
      assertThat(registry.devices("u1"))
          .as("ordered by registration, not by clock")
          .containsExactly("phone@gw1", "laptop@gw2");
      registry.advancePastExpiry();
      assertThat(registry.devices("u1")).isEmpty();
    }
  }

  @Test
  void eachDeviceHasItsOwnGatewayAndLeavesAlone() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.register("u1", "laptop", "gw2", "c2");
      assertThat(registry.devices("u1")).containsExactly("phone@gw1", "laptop@gw2");
      Answer answer = registry.unregister("u1", "phone", "c1");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().path("outcome").stringValue()).isEqualTo("unregistered");
      assertThat(registry.devices("u1")).containsExactly("laptop@gw2");
      assertThat(registry.leases()).isEqualTo(1);
    }
  }

  @Test
  @VirtualTime("registrations live for 90 s")
  void theSameConnectionAgainIsAHeartbeat() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      JsonNode first = registry.register("u1", "phone", "gw1", "c1").json();
      Revision before = registry.store().keyValues().current();
      registry.advance(Duration.ofSeconds(60));
      Answer again = registry.register("u1", "phone", "gw1", "c1");
      assertThat(again.status()).isEqualTo(200);
      assertThat(again.json().path("outcome").stringValue()).isEqualTo("renewed");
      assertThat(again.json().path("epoch")).isEqualTo(first.path("epoch"));
      assertThat(again.json().path("lease")).isEqualTo(first.path("lease"));
      assertThat(registry.store().keyValues().current()).isEqualTo(before);
      registry.advance(Duration.ofSeconds(60));
      assertThat(registry.devices("u1")).containsExactly("phone@gw1");
    }
  }

  @Test
  @VirtualTime("registrations live for 90 s")
  void theSameConnectionMayChangeWhatItSaid() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      JsonNode first = registry.register("u1", "phone", "gw1", "c1").json();
      registry.advance(Duration.ofSeconds(10));
      JsonNode second =
          registry
              .http()
              .put(
                  device("u1", "phone"),
                  """
                  {"gateway": "gw2", "connection_id": "c1", "metadata": {"platform": "ios"}}\
                  """)
              .json();
      assertThat(second.path("outcome").stringValue()).isEqualTo("updated");
      assertThat(second.path("lease")).isEqualTo(first.path("lease"));
      assertThat(second.path("connected_at")).isEqualTo(first.path("connected_at"));
      assertThat(second.path("epoch").longValue()).isGreaterThan(first.path("epoch").longValue());
      assertThat(registry.lookup("u1").path("devices").get(0).toString())
          .isEqualTo(
              "{\"device\":\"phone\",\"epoch\":"
                  + second.path("epoch")
                  + ",\"gateway\":\"gw2\",\"connected_at\":1767225600,"
                  + "\"metadata\":{\"platform\":\"ios\"}}");
      assertThat(registry.leases()).isEqualTo(1);
    }
  }

  @Test
  void anotherConnectionTakesOverAtOnceAndTheOldOneCannotUndoThat() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      JsonNode old = registry.register("u1", "phone", "gw1", "c1").json();
      Answer takeover = registry.register("u1", "phone", "gw2", "c2");
      assertThat(takeover.status()).isEqualTo(200);
      assertThat(takeover.json().path("outcome").stringValue()).isEqualTo("takeover");
      assertThat(takeover.json().path("epoch").longValue())
          .isGreaterThan(old.path("epoch").longValue());
      assertThat(registry.leases()).as("the old lease is gone").isEqualTo(1);

      Answer late = registry.unregister("u1", "phone", "c1");
      assertThat(late.status()).isEqualTo(409);
      assertThat(late.problem()).isEqualTo("other-connection");
      assertThat(late.json().path("current").stringValue())
          .isEqualTo(takeover.json().path("epoch").asString());
      assertThat(late.text()).doesNotContain("c2");
      assertThat(registry.heartbeat("u1", "phone", "c1").status()).isEqualTo(409);
      assertThat(registry.devices("u1")).containsExactly("phone@gw2");
    }
  }

  @Test
  void aConnectionIdIsDrawnIfNoneIsGivenAndToldToNobodyElse() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      JsonNode registered =
          registry.http().put(device("u1", "phone"), "{\"gateway\": \"gw1\"}").json();
      String connection = registered.path("connection_id").stringValue();
      assertThat(connection).matches("[0-9a-f]{32}");
      assertThat(registry.lookup("u1").toString())
          .doesNotContain(connection)
          .doesNotContain(registered.path("lease").stringValue());
      assertThat(registry.heartbeat("u1", "phone", connection).status()).isEqualTo(200);
      assertThat(registry.unregister("u1", "phone", connection).status()).isEqualTo(200);
    }
  }

  @Test
  void theSixthDeviceIsRefusedAndLeavesNothingBehind() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      for (int i = 1; i <= 5; i++) {
        assertThat(registry.register("u1", "d" + i, "gw1", "c" + i).status()).isEqualTo(201);
      }
      Revision before = registry.store().keyValues().current();
      Answer sixth = registry.register("u1", "d6", "gw1", "c6");
      assertThat(sixth.status()).isEqualTo(429);
      assertThat(sixth.problem()).isEqualTo("device-limit-exceeded");
      assertThat(registry.store().keyValues().current()).isEqualTo(before);
      assertThat(registry.leases()).isEqualTo(5);

      assertThat(registry.register("u1", "d3", "gw2", "c7").status())
          .as("a device that is there may be taken over")
          .isEqualTo(200);
      assertThat(registry.register("u2", "d6", "gw1", "c6").status())
          .as("the limit is each user's own")
          .isEqualTo(201);
      registry.unregister("u1", "d1", "c1");
      assertThat(registry.register("u1", "d6", "gw1", "c6").status()).isEqualTo(201);
    }
  }

  @Test
  @VirtualTime("registrations live for 90 s")
  void whatExpiredCountsNoMore() {
    try (RegistryFixture registry = RegistryFixture.start(Map.of("device-limit", 1))) {
      assertThat(registry.register("u1", "phone", "gw1", "c1").status()).isEqualTo(201);
      assertThat(registry.register("u1", "laptop", "gw1", "c2").status()).isEqualTo(429);
      registry.advancePastExpiry();
      assertThat(registry.register("u1", "laptop", "gw1", "c2").status()).isEqualTo(201);
    }
  }

  @Test
  void anOperatorMayEndWhateverConnectionHoldsARegistration() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      Answer neither = registry.http().delete(device("u1", "phone"));
      assertThat(neither.status()).isEqualTo(400);
      assertThat(neither.wrongFields()).containsExactly("Connection-Id");
      Answer both =
          registry
              .http()
              .withHeader("Connection-Id", "c1")
              .delete(device("u1", "phone") + "?force=true");
      assertThat(both.status()).isEqualTo(400);
      assertThat(registry.devices("u1")).containsExactly("phone@gw1");
      assertThat(registry.http().delete(device("u1", "phone") + "?force=true").status())
          .isEqualTo(200);
      assertThat(registry.devices("u1")).isEmpty();
      assertThat(registry.leases()).isZero();
      assertThat(registry.http().delete(device("u1", "phone") + "?force=true").status())
          .isEqualTo(404);
      assertThat(registry.unregister("u1", "phone", "c1").status()).isEqualTo(404);
    }
  }

  @Test
  @VirtualTime("registrations live for 90 s")
  void aLeaseOfARegistrationIsRenewedByItsNumberAndNoOther() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      String lease =
          registry.register("u1", "phone", "gw1", "c1").json().path("lease").stringValue();
      LeaseInfo foreign = registry.store().leases().grant(Duration.ofSeconds(90));
      registry.store().keyValues().put(Key.utf8("/other"), Bytes.utf8("x"), foreign.id());
      registry.advance(Duration.ofSeconds(60));
      Answer answer = registry.http().post("/api/v1/leases/" + lease + "/renew", "");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().path("lease").stringValue()).isEqualTo(lease);
      assertThat(
              registry.http().post("/api/v1/leases/" + foreign.id().hex() + "/renew", "").status())
          .isEqualTo(404);
      assertThat(registry.http().post("/api/v1/leases/abc/renew", "").status()).isEqualTo(404);
      assertThat(registry.http().post("/api/v1/leases/xyz/renew", "").wrongFields())
          .containsExactly("lease");
      registry.advance(Duration.ofSeconds(60));
      assertThat(registry.devices("u1")).containsExactly("phone@gw1");
      assertThat(registry.store().leases().describe(foreign.id())).isEmpty();
    }
  }

  @Test
  void namesHoldAnyTextAndNeverReachIntoEachOther() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("a%2Fb", "x%2Fy", "gw1", "c1");
      registry.register("ab", "x", "gw2", "c2");
      registry.register("%E5%90%8D%E5%89%8D", "%25", "gw3", "c3");
      registry.register("a+b%20c", "..%2F..", "gw4", "c4");
      registry.register("%2E%2E", "%2E", "gw5", "c5");
      assertThat(registry.devices("a")).isEmpty();
      assertThat(registry.devices("a%2Fb")).containsExactly("x/y@gw1");
      assertThat(registry.devices("ab")).containsExactly("x@gw2");
      assertThat(registry.devices("%E5%90%8D%E5%89%8D")).containsExactly("%@gw3");
      assertThat(registry.devices("a+b%20c")).containsExactly("../..@gw4");
      assertThat(registry.devices("%2E%2E")).containsExactly(".@gw5");
      assertThat(registry.raw("/registry/users/a%2Fb/x%2Fy")).isPresent();
      assertThat(registry.raw("/registry/users/a+b c/..%2F..")).isPresent();
      assertThat(registry.raw("/registry/users/../.")).isPresent();
    }
  }

  @Test
  void whatOthersWroteIsFoundAsFarAsItCanBeRead() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      put(registry, "/registry/users/u1/bare", "gateway-1.cluster.local:8080");
      put(registry, "/registry/users/u1/plain", "gw2|1700000000");
      put(registry, "/registry/users/u1/broken", "gw3|yesterday");
      put(registry, "/registry/users/u1/deeper/key", "gw4|1");
      put(registry, "/registry/users/u2/broken", "|");
      JsonNode found = registry.lookup("u1");
      assertThat(RegistryFixture.devices(found))
          .containsExactly("bare@gateway-1.cluster.local:8080", "plain@gw2");
      assertThat(found.path("devices").get(0).has("connected_at")).isFalse();
      assertThat(found.path("devices").get(1).path("connected_at").longValue())
          .isEqualTo(1_700_000_000);
      assertThat(found.path("invalid").toString())
          .contains("\"device\":\"broken\"", "is not a number of seconds")
          .contains("{\"key\":\"/registry/users/u1/deeper/key\"");
      JsonNode onlyBroken = registry.lookup("u2");
      assertThat(onlyBroken.path("outcome").stringValue()).isEqualTo("nobody");
      assertThat(onlyBroken.path("invalid").size()).isEqualTo(1);
      assertThat(registry.service().metrics()).contains("registry_invalid_entries_total 3.0");

      assertThat(registry.heartbeat("u1", "plain", "c1").status()).isEqualTo(409);
      assertThat(
              registry.register("u1", "broken", "gw5", "c1").json().path("outcome").stringValue())
          .as("what cannot be read is taken over")
          .isEqualTo("takeover");
      assertThat(registry.devices("u1")).contains("broken@gw5");
    }
  }

  @Test
  void aLeaseThatCarriesMoreThanTheDeviceOutlivesATakeover() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      LeaseInfo shared = registry.store().leases().grant(Duration.ofSeconds(90));
      for (String device : List.of("phone", "laptop")) {
        registry
            .store()
            .keyValues()
            .put(Key.utf8("/registry/users/u1/" + device), Bytes.utf8("gw1|1"), shared.id());
      }
      assertThat(registry.register("u1", "phone", "gw2", "c1").status()).isEqualTo(200);
      assertThat(registry.http().delete(device("u1", "phone") + "?force=true").status())
          .isEqualTo(200);
      assertThat(registry.devices("u1")).containsExactly("laptop@gw1");
      assertThat(registry.http().delete(user("u1")).json().path("devices").intValue()).isOne();
      assertThat(registry.leases()).isZero();
    }
  }

  @Test
  void erasingAUserLeavesNoKeyAndNoLease() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.register("u1", "laptop", "gw2", "c2");
      registry.register("u10", "phone", "gw1", "c3");
      put(registry, "/registry/users/u1/deeper/key", "x");
      Answer answer = registry.http().delete(user("u1"));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().path("devices").intValue()).isEqualTo(2);
      assertThat(registry.lookup("u1").path("outcome").stringValue()).isEqualTo("nobody");
      assertThat(registry.lookup("u1").path("invalid").isEmpty()).isTrue();
      assertThat(registry.devices("u10")).containsExactly("phone@gw1");
      assertThat(registry.leases()).isEqualTo(1);
      assertThat(registry.http().delete(user("u1")).json().path("devices").intValue()).isZero();
    }
  }

  @Test
  void theNumberOfLeasesStaysThroughComingAndGoing() {
    try (RegistryFixture registry = RegistryFixture.start(Map.of("device-limit", 2))) {
      registry.register("u1", "phone", "gw1", "c0");
      registry.register("u1", "laptop", "gw1", "l0");
      for (int cycle = 1; cycle <= 20; cycle++) {
        registry.register("u1", "phone", "gw2", "c" + cycle);
        registry.register("u1", "phone", "gw2", "c" + cycle);
        registry.register("u1", "watch", "gw1", "w" + cycle);
        registry.heartbeat("u1", "phone", "c" + cycle);
        registry.unregister("u1", "laptop", "l" + (cycle - 1));
        registry.unregister("u1", "laptop", "l" + (cycle - 1));
        registry.register("u1", "laptop", "gw1", "l" + cycle);
        assertThat(registry.leases()).as("after cycle %s", cycle).isEqualTo(2);
      }
    }
  }

  @Test
  void whatHappensIsCounted() {
    try (RegistryFixture registry = RegistryFixture.start(Map.of("device-limit", 1))) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.register("u1", "phone", "gw1", "c2");
      registry.register("u1", "laptop", "gw1", "c3");
      registry.heartbeat("u1", "phone", "c2");
      registry.heartbeat("u1", "phone", "c1");
      registry.lookup("u1");
      registry.lookup("u2");
      registry.unregister("u1", "phone", "c2");
      registry.register("u1", "phone", "gw1", "c4");
      registry.http().delete(user("u1"));
      assertThat(registry.http().get("/metrics").text())
          .contains(
              "registry_registrations_total{kind=\"new\"} 2.0",
              "registry_registrations_total{kind=\"takeover\"} 1.0",
              "registry_limit_refusals_total 1.0",
              "registry_lookups_total{outcome=\"devices\"} 1.0",
              "registry_lookups_total{outcome=\"nobody\"} 1.0",
              "registry_unregistrations_total{reason=\"connection\"} 1.0",
              "registry_unregistrations_total{reason=\"erased\"} 1.0",
              "registry_renewals_seconds_count{outcome=\"renewed\"} 1",
              "registry_renewals_seconds_count{outcome=\"held-by-another\"} 1",
              "registry_watches 0.0");
    }
  }

  @Test
  @VirtualTime("registrations live for 90 s")
  void whatExpiresIsCountedAmongTheRemovals() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.register("u1", "laptop", "gw1", "c2");
      registry.unregister("u1", "laptop", "c2");
      registry.advancePastExpiry();
      Await.until(
          () -> registry.service().metrics().contains("registry_removals_total 2.0"),
          registry.service()::metrics);
    }
  }

  @Test
  @VirtualTime("registrations live for 90 s")
  void aServiceThatStartsWithoutItsStoreIsReadyWhenTheStoreComes() {
    try (RegistryFixture registry = RegistryFixture.startUnreachable()) {
      assertThat(registry.http().get("/healthz").status()).isEqualTo(200);
      assertThat(registry.http().get("/readyz").status()).isEqualTo(503);
      registry.faults().unavailable(false);
      registry.advance(Duration.ofSeconds(20));
      assertThat(registry.http().get("/readyz").status()).isEqualTo(200);
      Await.until(
          () -> {
            registry.advance(Duration.ofSeconds(1));
            registry.register("u1", "phone", "gw1", "c1");
            registry.unregister("u1", "phone", "c1");
            return !registry.service().metrics().contains("registry_removals_total 0.0");
          },
          registry.service()::metrics);
    }
  }

  @Test
  void manyUsersAreLookedUpInOneCall() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.register("u299", "phone", "gw2", "c2");
      List<String> users = IntStream.range(0, 300).mapToObj(i -> "\"u" + i + "\"").toList();
      Answer answer = registry.http().post("/api/v1/lookup", "{\"users\": " + users + "}");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().path("complete").booleanValue()).isTrue();
      JsonNode found = answer.json().path("users");
      assertThat(found.size()).isEqualTo(300);
      for (int i = 0; i < 300; i++) {
        assertThat(found.get(i).path("user").stringValue()).isEqualTo("u" + i);
        assertThat(found.get(i).path("outcome").stringValue())
            .isEqualTo(i == 1 || i == 299 ? "devices" : "nobody");
      }
      assertThat(RegistryFixture.devices(found.get(299))).containsExactly("phone@gw2");
      assertThat(
              registry
                  .http()
                  .post("/api/v1/lookup", "{\"users\": [\"u1\", \"u2\", \"u1\"]}")
                  .json()
                  .path("users")
                  .size())
          .as("each user once")
          .isEqualTo(2);
      assertThat(
              registry
                  .http()
                  .post("/api/v1/lookup", "{\"users\": []}")
                  .json()
                  .path("complete")
                  .booleanValue())
          .isTrue();
    }
  }

  private static void put(RegistryFixture registry, String key, String value) {
    registry.store().keyValues().put(Key.utf8(key), Bytes.utf8(value));
  }
}
