package dev.plinth.service.registry.presence;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;
import java.util.Optional;

/**
 * A device of a user as it stands in the store.
 *
 * <p>Immutable.
 *
 * @param id which one
 * @param epoch the revision of its registration: a later registration has a greater one
 * @param lease what the registration lives on; nothing if it was written without one
 * @param content what its value says
 * @param value the value itself
 */
record Device(DeviceId id, Revision epoch, Optional<LeaseId> lease, Content content, Bytes value) {

  /** What a stored value says. */
  sealed interface Content {}

  /**
   * The value can be read.
   *
   * @param registration what it says
   */
  record Decoded(Registration registration) implements Content {}

  /**
   * The value cannot be read.
   *
   * @param problem why, without the value
   */
  record Unreadable(String problem) implements Content {}

  /** Returns a device whose value was just written. */
  static Device of(DeviceId id, Revision epoch, LeaseId lease, Registration registration) {
    return new Device(id, epoch, Optional.of(lease), new Decoded(registration), Bytes.EMPTY);
  }

  Device {
    requireNonNull(id, "id");
    requireNonNull(epoch, "epoch");
    requireNonNull(lease, "lease");
    requireNonNull(content, "content");
    requireNonNull(value, "value");
  }

  /** Returns what the value says, if it can be read. */
  Optional<Registration> registration() {
    return content instanceof Decoded decoded
        ? Optional.of(decoded.registration())
        : Optional.empty();
  }
}
