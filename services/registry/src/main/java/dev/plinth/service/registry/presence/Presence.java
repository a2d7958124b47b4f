package dev.plinth.service.registry.presence;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Revision;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Everything that is stored about a user at one revision.
 *
 * <p>Immutable.
 *
 * @param user who
 * @param revision when
 * @param devices in the order of their registrations, the latest last; unreadable ones among them
 * @param stray keys among the user's that are no device's
 */
record Presence(UserId user, Revision revision, List<Device> devices, List<String> stray) {
  Presence {
    requireNonNull(user, "user");
    requireNonNull(revision, "revision");
    devices = devices.stream().sorted(Comparator.comparing(Device::epoch)).toList();
    stray = List.copyOf(stray);
  }

  /** Says whether a message to the user has nowhere to go. */
  boolean isNobody() {
    return devices.stream().allMatch(device -> device.registration().isEmpty());
  }

  Optional<Device> device(DeviceId id) {
    return devices.stream().filter(device -> device.id().equals(id)).findFirst();
  }

  /** Returns every lease that a device lives on, once each. */
  Set<LeaseId> leases() {
    return devices.stream()
        .flatMap(device -> device.lease().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns how many values and keys could not be read. */
  int invalid() {
    return stray.size()
        + (int) devices.stream().filter(device -> device.registration().isEmpty()).count();
  }
}
