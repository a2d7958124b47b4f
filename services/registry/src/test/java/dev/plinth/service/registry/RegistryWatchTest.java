package dev.plinth.service.registry;

import static dev.plinth.service.registry.RegistryFixture.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.EventReader;
import dev.plinth.chassis.testing.EventReader.Event;
import dev.plinth.chassis.testing.VirtualTime;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Following one user as server-sent events. */
final class RegistryWatchTest {
  @Test
  @VirtualTime("compares whole events, the time of day in them")
  void aWatchTellsWhatThereIsAndThenWhatChanges() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      try (EventReader events = registry.watch("u1")) {
        assertThat(events.status()).isEqualTo(200);
        Event first = events.next();
        assertThat(first.kind()).isEqualTo("resync");
        assertThat(first.json().path("reason").stringValue()).isEqualTo("started");
        assertThat(first.json().path("outcome").stringValue()).isEqualTo("devices");
        assertThat(RegistryFixture.devices(first.json())).containsExactly("phone@gw1");
        assertThat(first.id()).isEqualTo(first.json().path("revision").asString());

        registry.register("u2", "phone", "gw1", "other");
        JsonNode registered = registry.register("u1", "laptop", "gw2", "c2").json();
        Event put = events.next();
        assertThat(put.kind()).isEqualTo("put");
        assertThat(put.id()).isEqualTo(registered.path("epoch").asString());
        assertThat(put.data())
            .isEqualTo(
                "{\"user\":\"u1\",\"revision\":"
                    + put.id()
                    + ",\"device\":\"laptop\",\"epoch\":"
                    + put.id()
                    + ",\"gateway\":\"gw2\",\"connected_at\":1767225600,\"metadata\":{}}");
        registry.unregister("u1", "phone", "c1");
        Event delete = events.next();
        assertThat(delete.kind()).isEqualTo("delete");
        assertThat(delete.json().path("device").stringValue()).isEqualTo("phone");
        assertThat(delete.json().path("previous").path("gateway").stringValue()).isEqualTo("gw1");
        assertThat(delete.data()).doesNotContain("c1");
        assertThat(registry.service().metrics()).contains("registry_watches 1.0");
      }
    }
  }

  @Test
  @VirtualTime("expiry and progress take longer than a test waits")
  void anExpiryIsTold() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      try (EventReader events = registry.watch("u1")) {
        events.next();
        registry.advancePastExpiry();
        Event event = skipProgress(events);
        assertThat(event.kind()).isEqualTo("delete");
        assertThat(event.json().path("device").stringValue()).isEqualTo("phone");
      }
    }
  }

  @Test
  @VirtualTime("expiry and progress take longer than a test waits")
  void anIdleWatchTellsItsPosition() {
    try (RegistryFixture registry =
        RegistryFixture.start(Map.of("watch-progress-interval", "5s"))) {
      try (EventReader events = registry.watch("u1")) {
        events.next();
        registry.register("u2", "phone", "gw1", "c1");
        Revision current = registry.store().keyValues().current();
        registry.advance(Duration.ofSeconds(6));
        Event progress = events.next();
        assertThat(progress.kind()).isEqualTo("progress");
        assertThat(progress.id()).isEqualTo(current.toString());
      }
    }
  }

  @Test
  void aWatchContinuesWhereTheLastOneEnded() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      String seen;
      try (EventReader events = registry.watch("u1")) {
        seen = events.next().id();
      }
      registry.register("u1", "phone", "gw1", "c1");
      registry.register("u1", "phone", "gw2", "c2");
      registry.unregister("u1", "phone", "c2");
      try (EventReader events =
          registry.http().withHeader("Last-Event-ID", seen).events(user("u1") + "/watch")) {
        assertThat(events.next(3)).extracting(Event::kind).containsExactly("put", "put", "delete");
      }
      try (EventReader events = registry.watch("u1", Long.parseLong(seen) + 2)) {
        assertThat(events.next().json().path("gateway").stringValue()).isEqualTo("gw2");
        assertThat(events.next().kind()).isEqualTo("delete");
      }
    }
  }

  @Test
  void devicesThatGoTogetherCannotBeSeenInHalf() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.register("u1", "laptop", "gw2", "c2");
      try (EventReader events = registry.watch("u1")) {
        events.next();
        String erased = registry.http().delete(user("u1")).json().path("revision").asString();
        List<Event> both = events.next(2);
        assertThat(both).extracting(Event::kind).containsExactly("delete", "delete");
        assertThat(both).extracting(Event::id).containsExactly("", erased);
      }
    }
  }

  @Test
  void aWatchFromACompactedRevisionIsToldEverythingAnew() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      registry.register("u1", "laptop", "gw2", "c2");
      registry.unregister("u1", "phone", "c1");
      Revision current = registry.store().keyValues().current();
      registry.store().keyValues().compact(current);
      try (EventReader events = registry.watch("u1", 2)) {
        Event resync = events.next();
        assertThat(resync.kind()).isEqualTo("resync");
        assertThat(resync.json().path("reason").stringValue()).isEqualTo("history_lost");
        assertThat(RegistryFixture.devices(resync.json())).containsExactly("laptop@gw2");
        registry.register("u1", "tablet", "gw3", "c3");
        assertThat(skipProgress(events).json().path("device").stringValue()).isEqualTo("tablet");
      }
    }
  }

  @Test
  void aWatchFromARevisionOfAnotherStoreIsToldEverythingAnew() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      registry.register("u1", "phone", "gw1", "c1");
      try (EventReader events = registry.watch("u1", 1_000_000)) {
        Event resync = events.next();
        assertThat(resync.kind()).isEqualTo("resync");
        assertThat(resync.json().path("reason").stringValue()).isEqualTo("other_history");
        assertThat(RegistryFixture.devices(resync.json())).containsExactly("phone@gw1");
      }
      long next = registry.store().keyValues().current().next().value();
      try (EventReader events = registry.watch("u1", next)) {
        registry.register("u1", "laptop", "gw2", "c2");
        assertThat(events.next().json().path("device").stringValue()).isEqualTo("laptop");
      }
    }
  }

  @Test
  void whatCannotBeReadIsToldAsWhatItIs() {
    try (RegistryFixture registry = RegistryFixture.start();
        EventReader events = registry.watch("u1")) {
      events.next();
      Key stray = Key.utf8("/registry/users/u1/deeper/key");
      registry.store().keyValues().put(stray, Bytes.utf8("x"));
      registry
          .store()
          .keyValues()
          .put(Key.utf8("/registry/users/u1/phone"), Bytes.utf8("gw1|yesterday"));
      Event event = events.next();
      assertThat(event.json().path("device").stringValue()).isEqualTo("phone");
      assertThat(event.json().path("problem").stringValue()).contains("connect time");
      assertThat(event.data()).doesNotContain("yesterday");
    }
  }

  @Test
  void aWatchEndsWithTheService() {
    try (RegistryFixture registry = RegistryFixture.start();
        EventReader events = registry.watch("u1")) {
      events.next();
      registry.service().stop();
      events.awaitEnd();
    }
  }

  @Test
  void aClientThatWentAwayIsForgotten() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      try (EventReader events = registry.watch("u1")) {
        events.next();
        assertThat(registry.service().metrics()).contains("registry_watches 1.0");
      }
      Await.until(
          () -> {
            registry.register("u1", "phone", "gw1", "c1");
            registry.unregister("u1", "phone", "c1");
            return registry.service().metrics().contains("registry_watches 0.0");
          },
          registry.service()::metrics);
    }
  }

  private static Event skipProgress(EventReader events) {
    Event event = events.next();
    while (event.kind().equals("progress")) {
      event = events.next();
    }
    return event;
  }
}
