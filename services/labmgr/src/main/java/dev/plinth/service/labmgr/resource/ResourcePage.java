package dev.plinth.service.labmgr.resource;

import dev.plinth.spi.Revision;
import java.util.List;
import java.util.Optional;

/**
 * Part of a list, all of it as of one revision.
 *
 * <p>Immutable.
 *
 * @param items resources, and what is stored in their place and cannot be read
 * @param revision the revision of every page of this list
 * @param next the token of the next page, if there is one
 * @param remaining how many items come after this page, if that is known
 */
public record ResourcePage(
    List<Stored> items, Revision revision, Optional<String> next, Optional<Long> remaining) {
  /** Copies the list. */
  public ResourcePage {
    items = List.copyOf(items);
  }
}
