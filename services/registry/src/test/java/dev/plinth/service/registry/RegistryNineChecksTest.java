package dev.plinth.service.registry;

import static dev.plinth.service.registry.RegistryFixture.user;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.chassis.testing.EventReader;
import dev.plinth.chassis.testing.EventReader.Event;
import dev.plinth.chassis.testing.VirtualTime;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * The nine checks of the deployment script that gateways' operators know, with the watch and the
 * expiry asserted: health, members, leader, write, read, time to live, watch, consistency,
 * clean-up.
 */
final class RegistryNineChecksTest {
  @Test
  @VirtualTime("registrations live for 90 s")
  void nineChecksPass() {
    try (RegistryFixture registry = RegistryFixture.start()) {
      assertThat(registry.http().get("/readyz").status()).as("1 health").isEqualTo(200);

      StoreStatus status = registry.store().status();
      assertThat(status.members()).as("2 members").isNotEmpty();
      assertThat(status.leader()).as("3 leader").contains(status.members().getFirst().id());

      assertThat(registry.register("user456", "device-xyz", "gateway-2:8080", "c1").status())
          .as("4 write")
          .isEqualTo(201);

      assertThat(registry.devices("user456"))
          .as("5 read")
          .containsExactly("device-xyz@gateway-2:8080");

      try (EventReader events = registry.watch("user456")) {
        assertThat(events.next().kind()).isEqualTo("resync");
        LeaseId lease =
            registry.raw("/registry/users/user456/device-xyz").orElseThrow().lease().orElseThrow();
        assertThat(registry.store().leases().describe(lease).orElseThrow().granted())
            .as("6 time to live, granted")
            .isEqualTo(Duration.ofSeconds(90));
        registry.register("user456", "device-abc", "gateway-1:8080", "c2");
        Event put = events.next();
        assertThat(put.kind()).as("7 watch, a put").isEqualTo("put");
        assertThat(put.json().path("device").stringValue()).isEqualTo("device-abc");
        registry.advance(Duration.ofSeconds(60));
        assertThat(registry.heartbeat("user456", "device-abc", "c2").status()).isEqualTo(200);
        registry.advance(Duration.ofSeconds(30).plus(registry.store().limits().expiryBound()));
        Event delete = events.next();
        while (delete.kind().equals("progress")) {
          delete = events.next();
        }
        assertThat(delete.kind()).as("7 watch, an expiry").isEqualTo("delete");
        assertThat(delete.json().path("device").stringValue()).isEqualTo("device-xyz");
        assertThat(registry.devices("user456"))
            .as("6 time to live, over for the silent one alone")
            .containsExactly("device-abc@gateway-1:8080");
      }

      Revision seen = Revision.of(registry.lookup("user456").path("revision").longValue());
      KeyRange all = KeyRange.all();
      assertThat(registry.store().keyValues().read(Read.of(all).at(seen)).entries())
          .as("8 consistency")
          .isEqualTo(registry.store().keyValues().list(all).entries())
          .hasSize(1);

      assertThat(registry.http().delete(user("user456")).status()).as("9 clean-up").isEqualTo(200);
      assertThat(registry.store().keyValues().list(all).entries()).isEmpty();
      assertThat(registry.leases()).isZero();
    }
  }
}
