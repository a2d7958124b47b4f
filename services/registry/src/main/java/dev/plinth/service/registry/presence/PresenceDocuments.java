package dev.plinth.service.registry.presence;

import dev.plinth.service.registry.presence.PresenceEvent.Progressed;
import dev.plinth.service.registry.presence.PresenceEvent.Registered;
import dev.plinth.service.registry.presence.PresenceEvent.Removed;
import dev.plinth.service.registry.presence.PresenceEvent.Resynced;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Revision;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the API answers, as plain values in the order they are shown. Connection ids and leases are
 * told to nobody but the connection itself.
 *
 * <p>Immutable.
 */
final class PresenceDocuments {
  private final PresenceRules rules;

  @Inject
  PresenceDocuments(PresenceRules rules) {
    this.rules = rules;
  }

  Map<String, Object> registered(UserId user, RegisterOutcome.Registered outcome) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("user", user.value());
    document.putAll(device(outcome.device()));
    document.put("outcome", word(outcome.kind()));
    document.put("connection_id", outcome.connection().value());
    document.putAll(lease(outcome.lease()));
    return document;
  }

  Map<String, Object> renewed(UserId user, HoldOutcome.Renewed outcome) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("user", user.value());
    document.put("device", outcome.device().id().value());
    document.put("epoch", outcome.device().epoch().value());
    document.putAll(lease(outcome.lease()));
    return document;
  }

  Map<String, Object> lease(LeaseInfo lease) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("lease", lease.id().hex());
    document.put("ttl_seconds", lease.granted().toSeconds());
    document.put("heartbeat_seconds", rules.heartbeatInterval().toSeconds());
    return document;
  }

  Map<String, Object> ended(UserId user, DeviceId device, Revision epoch) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("user", user.value());
    document.put("device", device.value());
    document.put("outcome", "unregistered");
    document.put("epoch", epoch.value());
    return document;
  }

  Map<String, Object> erased(Presence removed) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("user", removed.user().value());
    document.put("outcome", "erased");
    document.put("devices", removed.devices().size());
    document.put("revision", removed.revision().value());
    return document;
  }

  Map<String, Object> presence(Presence presence) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("user", presence.user().value());
    document.put("outcome", presence.isNobody() ? "nobody" : "devices");
    document.put("revision", presence.revision().value());
    List<Map<String, Object>> devices = new ArrayList<>();
    List<Map<String, Object>> invalid = new ArrayList<>();
    for (Device device : presence.devices()) {
      (device.registration().isPresent() ? devices : invalid).add(device(device));
    }
    for (String key : presence.stray()) {
      invalid.add(Map.of("key", key, "problem", "is not the key of a device"));
    }
    document.put("devices", devices);
    document.put("invalid", invalid);
    return document;
  }

  Map<String, Object> answer(Presences.Answer answer) {
    return switch (answer) {
      case Presences.Known known -> presence(known.presence());
      case Presences.Unknown unknown -> {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("user", unknown.user().value());
        document.put("outcome", "unknown");
        yield document;
      }
    };
  }

  Map<String, Object> event(UserId user, PresenceEvent event) {
    Map<String, Object> document = new LinkedHashMap<>();
    switch (event) {
      case Resynced resynced -> {
        document.put("reason", word(resynced.reason()));
        document.putAll(presence(resynced.presence()));
      }
      case Registered registered -> {
        document.put("user", user.value());
        document.putAll(device(registered.device()));
        document.put("revision", registered.revision().value());
      }
      case Removed removed -> {
        document.put("user", user.value());
        document.put("device", removed.device().value());
        removed.previous().ifPresent(previous -> document.put("previous", device(previous)));
        document.put("revision", removed.revision().value());
      }
      case Progressed progressed -> document.put("revision", progressed.revision().value());
    }
    return document;
  }

  private static Map<String, Object> device(Device device) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("device", device.id().value());
    document.put("epoch", device.epoch().value());
    switch (device.content()) {
      case Device.Decoded decoded -> {
        Registration registration = decoded.registration();
        document.put("gateway", registration.gateway().value());
        registration
            .connectedAt()
            .ifPresent(time -> document.put("connected_at", time.getEpochSecond()));
        document.put("metadata", registration.metadata().entries());
      }
      case Device.Unreadable unreadable -> document.put("problem", unreadable.problem());
    }
    return document;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
