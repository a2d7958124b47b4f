package dev.plinth.service.labmgr.resource;

import dev.plinth.spi.Revision;

/**
 * What the store holds under a name: a resource, or something that is none.
 *
 * <p>Immutable.
 */
public sealed interface Stored permits LabResource, Stored.Unreadable {
  /** Returns under which name it is stored. */
  ResourceName name();

  /** Returns the revision of this version. */
  Revision revision();

  /**
   * A stored value that is no resource; it is shown and counted, and stops nothing.
   *
   * @param name where it is stored
   * @param revision its version
   * @param message why it cannot be read
   */
  record Unreadable(ResourceName name, Revision revision, String message) implements Stored {}
}
