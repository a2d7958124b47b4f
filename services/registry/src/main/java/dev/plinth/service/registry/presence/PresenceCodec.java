package dev.plinth.service.registry.presence;

import dev.plinth.chassis.http.Json;
import dev.plinth.service.registry.presence.PresenceEvent.Progressed;
import dev.plinth.service.registry.presence.PresenceEvent.Registered;
import dev.plinth.service.registry.presence.PresenceEvent.Removed;
import dev.plinth.service.registry.presence.PresenceEvent.Resynced;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Revision;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The documents that the API answers with. Connection ids and leases are told to nobody but the
 * connection itself.
 *
 * <p>Immutable.
 */
final class PresenceCodec {
  private final PresenceRules rules;

  @Inject
  PresenceCodec(PresenceRules rules) {
    this.rules = rules;
  }

  ObjectNode registered(UserId user, RegisterOutcome.Registered outcome) {
    ObjectNode document =
        named(user).put("outcome", word(outcome.kind())).setAll(device(outcome.device()));
    return document
        .put("connection_id", outcome.connection().value())
        .setAll(lease(outcome.lease()));
  }

  ObjectNode renewed(UserId user, HoldOutcome.Renewed outcome) {
    return named(user)
        .put("device", outcome.device().id().value())
        .put("epoch", outcome.device().epoch().value())
        .setAll(lease(outcome.lease()));
  }

  ObjectNode lease(LeaseInfo lease) {
    return Json.object()
        .put("lease", lease.id().hex())
        .put("ttl_seconds", lease.granted().toSeconds())
        .put("heartbeat_seconds", rules.heartbeatInterval().toSeconds());
  }

  ObjectNode ended(UserId user, DeviceId device, Revision epoch) {
    return named(user)
        .put("outcome", "unregistered")
        .put("device", device.value())
        .put("epoch", epoch.value());
  }

  ObjectNode erased(Presence removed) {
    return named(removed.user())
        .put("outcome", "erased")
        .put("devices", removed.devices().size())
        .put("revision", removed.revision().value());
  }

  ObjectNode presence(Presence presence) {
    ObjectNode document =
        named(presence.user())
            .put("outcome", presence.isNobody() ? "nobody" : "devices")
            .put("revision", presence.revision().value());
    ArrayNode devices = document.putArray("devices");
    ArrayNode invalid = document.putArray("invalid");
    for (Device device : presence.devices()) {
      (device.registration().isPresent() ? devices : invalid).add(device(device));
    }
    for (String key : presence.stray()) {
      invalid.addObject().put("key", key).put("problem", "is not the key of a device");
    }
    return document;
  }

  ObjectNode answers(List<Presences.Answer> answers) {
    boolean complete = answers.stream().allMatch(Presences.Known.class::isInstance);
    ObjectNode document = Json.object().put("complete", complete);
    ArrayNode users = document.putArray("users");
    for (Presences.Answer answer : answers) {
      users.add(
          switch (answer) {
            case Presences.Known known -> presence(known.presence());
            case Presences.Unknown unknown -> named(unknown.user()).put("outcome", "unknown");
          });
    }
    return document;
  }

  ObjectNode event(UserId user, PresenceEvent event) {
    return switch (event) {
      case Resynced resynced ->
          Json.object()
              .put("reason", word(resynced.reason()))
              .setAll(presence(resynced.presence()));
      case Registered registered ->
          named(user)
              .put("revision", registered.revision().value())
              .setAll(device(registered.device()));
      case Removed removed -> {
        ObjectNode document =
            named(user)
                .put("revision", removed.revision().value())
                .put("device", removed.device().value());
        removed.previous().ifPresent(previous -> document.set("previous", device(previous)));
        yield document;
      }
      case Progressed progressed -> Json.object().put("revision", progressed.revision().value());
    };
  }

  private static ObjectNode named(UserId user) {
    return Json.object().put("user", user.value());
  }

  private static ObjectNode device(Device device) {
    ObjectNode document =
        Json.object().put("device", device.id().value()).put("epoch", device.epoch().value());
    switch (device.content()) {
      case Device.Decoded decoded -> {
        Registration registration = decoded.registration();
        document.put("gateway", registration.gateway().value());
        registration
            .connectedAt()
            .ifPresent(time -> document.put("connected_at", time.getEpochSecond()));
        ObjectNode metadata = document.putObject("metadata");
        registration.metadata().entries().forEach(metadata::put);
      }
      case Device.Unreadable unreadable -> document.put("problem", unreadable.problem());
    }
    return document;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
