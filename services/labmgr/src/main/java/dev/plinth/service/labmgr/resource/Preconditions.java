package dev.plinth.service.labmgr.resource;

import java.util.Optional;

/**
 * What must be true of a resource for a request to be done.
 *
 * <p>Immutable.
 *
 * @param uid its identity, so that nothing happens to a namesake
 * @param resourceVersion its version
 */
public record Preconditions(Optional<String> uid, Optional<String> resourceVersion) {
  /** Whatever the resource is. */
  public static final Preconditions NONE = new Preconditions(Optional.empty(), Optional.empty());
}
