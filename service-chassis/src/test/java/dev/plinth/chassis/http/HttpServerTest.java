package dev.plinth.chassis.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.chassis.error.ConflictException;
import dev.plinth.chassis.error.LimitException;
import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.chassis.lifecycle.StartException;
import dev.plinth.chassis.testing.JsonClient;
import dev.plinth.chassis.testing.JsonClient.Answer;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.chassis.testing.UnreachableStore;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class HttpServerTest {

  private static ServiceFixture serve(Store store, Routes routes) {
    return ServiceFixture.start(new HttpOnlyService(routes), store);
  }

  private static RuntimeException failing(String name) {
    return switch (name) {
      case "missing" -> new NotFoundException("job 'a' does not exist");
      case "conflict" -> new ConflictException("job 'a' was changed", "7");
      case "limit" -> new LimitException("five devices are allowed");
      case "unavailable" -> new StoreUnavailableException("put /a: no connection");
      case "unknown" -> new OutcomeUnknownException("put /a: no answer within 3s");
      case "history" -> new HistoryLostException(Revision.of(5));
      case "lease" -> new LeaseLostException(LeaseId.of(7));
      case "exists" -> new RequestRefusedException(Reason.LEASE_EXISTS);
      case "large" -> new RequestRefusedException(Reason.REQUEST_TOO_LARGE);
      case "future" -> new RequestRefusedException(Reason.FUTURE_REVISION);
      default -> new IllegalStateException("secret internals");
    };
  }

  @Test
  void everyErrorIsAProblemWithItsStatus() {
    Routes routes =
        table ->
            table.get(
                "/fail/{how}",
                ctx -> {
                  throw failing(ctx.pathParam("how"));
                });
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, routes)) {
      JsonClient http = service.http();
      Map<String, Integer> expected =
          Map.of(
              "missing", 404,
              "conflict", 409,
              "limit", 429,
              "unavailable", 503,
              "unknown", 504,
              "history", 410,
              "lease", 409,
              "exists", 409,
              "large", 413,
              "future", 400);
      expected.forEach((how, status) -> {
        Answer answer = http.get("/fail/" + how);
        assertThat(answer.status()).as(how).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo(Problem.MEDIA_TYPE);
        assertThat(answer.json().path("status").intValue()).isEqualTo(status);
        assertThat(answer.problem()).isNotEmpty();
      });
      assertThat(http.get("/fail/conflict").json().path("current").stringValue()).isEqualTo("7");
      assertThat(http.get("/fail/unavailable").header("Retry-After")).isEqualTo("1");
    }
  }

  @Test
  void anUnexpectedExceptionShowsNoInternals() {
    Routes routes =
        table ->
            table.get(
                "/fail",
                ctx -> {
                  throw failing("defect");
                });
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, routes)) {
      Answer answer = service.http().get("/fail");
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.problem()).isEqualTo("internal");
      assertThat(answer.text()).doesNotContain("secret").doesNotContain("Exception");
    }
  }

  @Test
  void unknownPathsAndMethodsAreProblems() {
    Routes routes = table -> table.get("/things", ctx -> Reply.nothing(ctx));
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, routes)) {
      JsonClient http = service.http();
      Answer nowhere = http.get("/nowhere");
      assertThat(nowhere.status()).isEqualTo(404);
      assertThat(nowhere.problem()).isEqualTo("no-such-path");
      Answer wrongMethod = http.post("/things", "{}");
      assertThat(wrongMethod.status()).isEqualTo(405);
      assertThat(wrongMethod.problem()).isEqualTo("method-not-allowed");
      assertThat(wrongMethod.header("Allow")).contains("GET");
      assertThat(http.get("/things").status()).isEqualTo(204);
    }
  }

  @Test
  void aRequestThatIsNotHttpIsAProblemToo() {
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, table -> {})) {
      Answer answer = service.http().withHeader("X-Long", "x".repeat(20_000)).get("/healthz");
      assertThat(answer.status()).isEqualTo(431);
      assertThat(answer.header("Content-Type")).isEqualTo(Problem.MEDIA_TYPE);
    }
  }

  @Test
  void pathParametersMayHoldAnyCharacter() {
    Routes routes =
        table ->
            table.get(
                "/users/{user}/devices/{device}",
                ctx ->
                    Reply.json(
                        ctx,
                        200,
                        Json.object()
                            .put("user", ctx.pathParam("user"))
                            .put("device", ctx.pathParam("device"))));
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, routes)) {
      Answer answer = service.http().get("/users/a%2Fb%20%C3%A4+%25/devices/%2E%2E");
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(answer.json().path("user").stringValue()).isEqualTo("a/b ä+%");
      assertThat(answer.json().path("device").stringValue()).isEqualTo("..");
    }
  }

  @Test
  void aServiceIsReadyOnlyWhileItsStoreCanBeReached() {
    try (UnreachableStore store = new UnreachableStore(Stores.memory())) {
      store.reachable(true);
      try (ServiceFixture service = serve(store, table -> {})) {
        JsonClient http = service.http();
        assertThat(http.get("/healthz").status()).isEqualTo(200);
        assertThat(http.get("/readyz").status()).isEqualTo(200);
        store.reachable(false);
        awaitStatus(http, 503);
        Answer cut = http.get("/readyz");
        assertThat(cut.json().at("/checks/store/healthy").booleanValue()).isFalse();
        assertThat(http.get("/healthz").status()).isEqualTo(200);
        store.reachable(true);
        awaitStatus(http, 200);
      }
    }
  }

  private static void awaitStatus(JsonClient http, int status) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (http.get("/readyz").status() != status) {
      assertThat(System.nanoTime()).as("still not " + status).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void measurementsAreServed() {
    try (Store store = Stores.memory();
        ServiceFixture service = serve(store, table -> {})) {
      JsonClient http = service.http();
      http.get("/healthz");
      Answer page = http.get("/metrics");
      assertThat(page.status()).isEqualTo(200);
      assertThat(page.header("Content-Type")).startsWith("text/plain");
      assertThat(page.text())
          .contains("jvm_memory_heap_used_bytes")
          .contains("plinth_http_request_seconds_count")
          .contains("route=\"/healthz\"");
    }
  }

  @Test
  void requestsUnderWayFinishWhenTheServiceStops() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch proceed = new CountDownLatch(1);
    Routes routes =
        table ->
            table.get(
                "/slow",
                ctx -> {
                  arrived.countDown();
                  proceed.await();
                  Reply.json(ctx, 200, Json.object().put("done", true));
                });
    // A busy machine may keep the request for long, and that must not use the grace up.
    try (Store store = Stores.memory();
        ServiceFixture service =
            ServiceFixture.start(
                new HttpOnlyService(routes),
                store,
                Map.of("http-port", 0),
                Duration.ofSeconds(40))) {
      JsonClient http = service.http();
      CompletableFuture<Answer> slow = CompletableFuture.supplyAsync(() -> http.get("/slow"));
      arrived.await();
      Thread stopping = Thread.ofVirtual().start(service::stop);
      assertThat(stopping.join(Duration.ofMillis(500))).isFalse();
      proceed.countDown();
      assertThat(slow.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
      assertThat(stopping.join(Duration.ofSeconds(20))).isTrue();
      assertThatThrownBy(() -> http.get("/healthz")).hasMessageContaining("/healthz");
    }
  }

  @Test
  void aRequestThatOutlastsTheGraceDoesNotKeepTheServiceFromStopping() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Routes routes =
        table ->
            table.get(
                "/slow",
                ctx -> {
                  arrived.countDown();
                  never.await();
                });
    try (Store store = Stores.memory();
        ServiceFixture service =
            ServiceFixture.start(
                new HttpOnlyService(routes),
                store,
                Map.of("http-port", 0),
                Duration.ofMillis(200))) {
      JsonClient http = service.http();
      CompletableFuture<Answer> slow = CompletableFuture.supplyAsync(() -> http.get("/slow"));
      arrived.await();
      Thread stopping = Thread.ofVirtual().start(service::stop);
      assertThat(stopping.join(Duration.ofSeconds(20))).isTrue();
      assertThat(slow).failsWithin(Duration.ofSeconds(20));
    } finally {
      never.countDown();
    }
  }

  @Test
  void aPortInUseIsSaidInOneLine() {
    try (Store store = Stores.memory();
        ServiceFixture first = serve(store, table -> {})) {
      int port = first.uri().getPort();
      assertThatThrownBy(() ->
              ServiceFixture.start(
                  new HttpOnlyService(table -> {}), store, Map.of("http-port", port)))
          .isInstanceOf(StartException.class)
          .hasMessage(
              "test.http-port: 127.0.0.1:"
                  + port
                  + " is in use or not ours; choose another port, or port-offset");
    }
  }
}
