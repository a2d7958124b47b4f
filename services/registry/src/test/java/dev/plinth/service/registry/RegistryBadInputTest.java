package dev.plinth.service.registry;

import static dev.plinth.service.registry.RegistryFixture.device;
import static dev.plinth.service.registry.RegistryFixture.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever is wrong with a request is said at once, and nothing comes of it. */
final class RegistryBadInputTest {
  private static final String LONG = "x".repeat(257);

  @Test
  void everyOffendingFieldOfARegistrationIsNamedAtOnce() {
    nothingIsWrittenBy(registry -> {
      Answer answer =
          registry
              .http()
              .put(
                  device("%01", LONG) + "?dry=1",
                  """
                  {"gateway": "a|b", "connection_id": "no spaces", "gatway": 1,
                   "metadata": {"ok": "fine", "no good": "x", "n": 7, "v": "\\u0007"}}\
                  """);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.wrongFields())
          .containsExactlyInAnyOrder(
              "user",
              "device",
              "dry",
              "gateway",
              "connection_id",
              "gatway",
              "metadata.no good",
              "metadata.n",
              "metadata.v");
    });
  }

  @Test
  void wrongTypesAreNamedAtOnce() {
    nothingIsWrittenBy(registry -> {
      assertThat(
              registry
                  .http()
                  .put(
                      device("u1", "phone"),
                      "{\"gateway\": 1, \"connection_id\": {}, \"metadata\": []}")
                  .wrongFields())
          .containsExactlyInAnyOrder("gateway", "connection_id", "metadata");
      assertThat(registry.http().put(device("u1", "phone"), "{}").wrongFields())
          .containsExactly("gateway");
      assertThat(registry.http().post("/api/v1/lookup", "{\"users\": \"u1\"}").wrongFields())
          .containsExactly("users");
      assertThat(registry.http().post("/api/v1/lookup", "{}").wrongFields())
          .containsExactly("users");
      assertThat(
              registry
                  .http()
                  .post("/api/v1/lookup", "{\"users\": [\"u1\", 7, \"\"], \"extra\": 1}")
                  .wrongFields())
          .containsExactlyInAnyOrder("users[1]", "users[2]", "extra");
      assertThat(
              registry
                  .http()
                  .post(device("u1", "phone") + "/heartbeat", "{\"connection\": \"c1\"}")
                  .wrongFields())
          .containsExactlyInAnyOrder("connection_id", "connection");
    });
  }

  @Test
  void whatIsNoJsonObjectIsRefused() {
    nothingIsWrittenBy(registry -> {
      for (String body :
          List.of(
              "",
              "{",
              "[]",
              "\"gw1\"",
              "{\"gateway\": \"gw1\"} {}",
              "{\"gateway\": \"gw1\", \"gateway\": \"gw2\"}",
              "[".repeat(100_000))) {
        for (Answer answer :
            List.of(
                registry.http().put(device("u1", "phone"), body),
                registry.http().post(device("u1", "phone") + "/heartbeat", body),
                registry.http().post("/api/v1/lookup", body))) {
          assertThat(answer.status()).as(answer.text()).isEqualTo(400);
          assertThat(answer.problem()).isEqualTo("invalid");
        }
      }
    });
  }

  @Test
  void whatIsTooLargeOrOfAnotherTypeIsRefused() {
    nothingIsWrittenBy(registry -> {
      String large = "{\"gateway\": \"" + "x".repeat(1 << 20) + "\"}";
      assertThat(registry.http().put(device("u1", "phone"), large).status()).isEqualTo(413);
      assertThat(
              registry
                  .http()
                  .send("PUT", device("u1", "phone"), "gateway=gw1", "text/plain")
                  .status())
          .isEqualTo(415);
      List<String> entries = new ArrayList<>();
      for (int i = 0; i < 17; i++) {
        entries.add("\"k" + i + "\": \"v\"");
      }
      assertThat(
              registry
                  .http()
                  .put(
                      device("u1", "phone"),
                      "{\"gateway\": \"gw1\", \"metadata\": {" + String.join(", ", entries) + "}}")
                  .wrongFields())
          .containsExactly("metadata");
    });
  }

  @Test
  void namesOutsideTheirGrammarAreRefusedOnEveryPath() {
    nothingIsWrittenBy(registry -> {
      for (String bad : List.of("%01", "a%0Ab", "%7F", "%C2%85", LONG, "%E5%90%8D".repeat(86))) {
        List<Answer> answers =
            List.of(
                registry.http().get(user(bad)),
                registry.http().delete(user(bad)),
                registry.http().get(user(bad) + "/watch"),
                registry.register(bad, "phone", "gw1", "c1"),
                registry.register("u1", bad, "gw1", "c1"),
                registry.heartbeat("u1", bad, "c1"),
                registry.unregister(bad, "phone", "c1"),
                registry.http().delete(device("u1", bad) + "?force=true"));
        for (Answer answer : answers) {
          assertThat(answer.status()).as("%s: %s", bad, answer.text()).isEqualTo(400);
        }
      }
    });
  }

  @Test
  void bytesThatAreNoTextAreNeverFoldedIntoOneName() {
    nothingIsWrittenBy(registry -> {
      for (String bad : List.of("%00", "%FF", "%C3%28", "%ED%A0%80", "%")) {
        assertThat(registry.status("PUT", device(bad, "phone"))).as(bad).isEqualTo(400);
        assertThat(registry.status("GET", user(bad))).as(bad).isEqualTo(400);
      }
    });
  }

  @Test
  void wrongParametersAndHeadersAreNamed() {
    nothingIsWrittenBy(registry -> {
      assertThat(registry.http().get(user("u1") + "/watch?from=0&form=1").wrongFields())
          .containsExactlyInAnyOrder("from", "form");
      assertThat(
              registry
                  .http()
                  .withHeader("Last-Event-ID", "x")
                  .get(user("u1") + "/watch")
                  .wrongFields())
          .containsExactly("Last-Event-ID");
      assertThat(registry.http().delete(device("u1", "p") + "?force=yes").wrongFields())
          .contains("force");
      assertThat(registry.unregister("u1", "phone", "no spaces").wrongFields())
          .containsExactly("Connection-Id");
      assertThat(registry.http().get(user("u1") + "?limit=1").wrongFields())
          .containsExactly("limit");
      for (String lease : List.of("0", "0000", "xyz", "-1", "11112222333344445", "1%2F2")) {
        assertThat(registry.http().post("/api/v1/leases/" + lease + "/renew", "").wrongFields())
            .as(lease)
            .containsExactly("lease");
      }
    });
  }

  @Test
  void aBulkLookUpHasALimit() {
    try (RegistryFixture registry = RegistryFixture.start(Map.of("lookup-limit", 2))) {
      assertThat(
              registry
                  .http()
                  .post("/api/v1/lookup", "{\"users\": [\"a\", \"b\", \"c\"]}")
                  .wrongFields())
          .containsExactly("users");
      assertThat(registry.http().post("/api/v1/lookup", "{\"users\": [\"a\", \"b\"]}").status())
          .isEqualTo(200);
    }
  }

  @Test
  void pathsAndMethodsThatDoNotExistAreProblemsToo() {
    nothingIsWrittenBy(registry -> {
      assertThat(registry.http().get("/api/v1/users").status()).isEqualTo(404);
      assertThat(registry.http().get(device("u1", "phone")).status()).isEqualTo(405);
      assertThat(registry.http().post(user("u1"), "{}").status()).isEqualTo(405);
    });
  }

  private interface Requests {
    void to(RegistryFixture registry);
  }

  private static void nothingIsWrittenBy(Requests requests) {
    try (RegistryFixture registry = RegistryFixture.start()) {
      Revision before = registry.store().keyValues().current();
      requests.to(registry);
      assertThat(registry.store().keyValues().current()).isEqualTo(before);
      assertThat(registry.store().keyValues().list(KeyRange.all()).entries()).isEmpty();
      assertThat(registry.leases()).isZero();
    }
  }
}
