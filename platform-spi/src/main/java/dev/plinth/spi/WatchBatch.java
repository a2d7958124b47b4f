package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One delivery of a watch: whole revisions, never a part of one (G24, G27).
 *
 * <p>Immutable.
 *
 * @param revision everything of the watch up to here has been delivered; the watch resumes at the
 *     next one (G28, G29)
 * @param changes in order of revision, and of operation within one; empty for a progress mark
 * @since 0.1
 */
public record WatchBatch(Revision revision, List<Change> changes) {
  /** Copies the list. */
  public WatchBatch {
    requireNonNull(revision, "revision");
    changes = List.copyOf(changes);
  }

  /**
   * Says whether this is a progress mark.
   *
   * @return whether there are no changes
   */
  public boolean isProgress() {
    return changes.isEmpty();
  }
}
