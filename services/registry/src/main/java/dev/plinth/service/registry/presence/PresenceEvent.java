package dev.plinth.service.registry.presence;

import dev.plinth.spi.Revision;
import java.util.Optional;

/** What a follower of a user is told. */
sealed interface PresenceEvent {
  /** Returns up to where everything was told. */
  Revision revision();

  /**
   * Everything there is; what was told before is void.
   *
   * @param presence all of it
   * @param reason why it is told
   */
  record Resynced(Presence presence, Reason reason) implements PresenceEvent {
    @Override
    public Revision revision() {
      return presence.revision();
    }
  }

  /** Why everything is told. */
  enum Reason {
    /** The follower named no revision to continue from. */
    STARTED,
    /** The history from the follower's revision on is compacted. */
    HISTORY_LOST,
    /** The follower's revision lies ahead of the store, so it is another store's. */
    OTHER_HISTORY
  }

  /**
   * A device was registered, or its registration changed.
   *
   * @param device as it is now
   */
  record Registered(Device device) implements PresenceEvent {
    @Override
    public Revision revision() {
      return device.epoch();
    }
  }

  /**
   * A device is gone: unregistered, erased or silent for too long.
   *
   * @param device which
   * @param revision when
   * @param previous as it was, unless that is compacted
   */
  record Removed(DeviceId device, Revision revision, Optional<Device> previous)
      implements PresenceEvent {}

  /**
   * Nothing else happened.
   *
   * @param revision up to here
   */
  record Progressed(Revision revision) implements PresenceEvent {}
}
