package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a read found.
 *
 * <p>Immutable.
 *
 * @param revision the store's revision when it answered, not the one that was asked for
 * @param entries in the order that was asked for; empty if only the count was wanted
 * @param count how many keys the range held at the revision read, whatever the limit and the
 *     revision filters
 * @param more whether the limit cut entries off
 * @since 0.1
 */
public record Slice(Revision revision, List<Entry> entries, long count, boolean more)
    implements Outcome {
  /** Copies the list. */
  public Slice {
    requireNonNull(revision, "revision");
    entries = List.copyOf(entries);
  }
}
