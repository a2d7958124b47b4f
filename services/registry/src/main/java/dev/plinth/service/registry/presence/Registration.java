package dev.plinth.service.registry.presence;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * What is stored about a connected device.
 *
 * <p>Immutable.
 *
 * @param gateway where it is connected
 * @param connectedAt since when, in whole seconds; nothing if whoever wrote it did not say
 * @param connection which connection holds the registration; nothing if another program wrote it
 * @param metadata what the gateway said about the device
 */
record Registration(
    GatewayId gateway,
    Optional<Instant> connectedAt,
    Optional<ConnectionId> connection,
    Metadata metadata) {
  Registration {
    requireNonNull(gateway, "gateway");
    connectedAt = connectedAt.map(time -> Instant.ofEpochSecond(time.getEpochSecond()));
    requireNonNull(connection, "connection");
    requireNonNull(metadata, "metadata");
  }

  /** Says whether a connection holds this registration. */
  boolean isHeldBy(ConnectionId other) {
    return connection.filter(other::equals).isPresent();
  }
}
