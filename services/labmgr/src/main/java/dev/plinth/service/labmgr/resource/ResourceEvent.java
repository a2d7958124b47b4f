package dev.plinth.service.labmgr.resource;

import dev.plinth.spi.Revision;

/**
 * What happened to the resources that someone watches.
 *
 * <p>Immutable.
 */
public sealed interface ResourceEvent {
  /** Returns the revision after which a watch continues once this event was seen. */
  Revision revision();

  /**
   * A resource came into being, or into view of the selector, or was there when the watch began.
   *
   * @param resource as it is
   * @param revision when
   */
  record Added(LabResource resource, Revision revision) implements ResourceEvent {}

  /**
   * A resource in view changed.
   *
   * @param resource as it is
   * @param revision when
   */
  record Modified(LabResource resource, Revision revision) implements ResourceEvent {}

  /**
   * A resource disappeared, or left the view of the selector.
   *
   * @param resource as it was last
   * @param revision when
   */
  record Deleted(LabResource resource, Revision revision) implements ResourceEvent {}

  /**
   * Something was stored that is no resource.
   *
   * @param stored where, and why it cannot be read
   * @param revision when
   */
  record Invalid(Stored.Unreadable stored, Revision revision) implements ResourceEvent {}

  /**
   * Nothing at or before this revision will follow.
   *
   * @param revision the mark
   * @param initialEventsEnd whether everything that was there when the watch began has been told
   */
  record Bookmark(Revision revision, boolean initialEventsEnd) implements ResourceEvent {}
}
