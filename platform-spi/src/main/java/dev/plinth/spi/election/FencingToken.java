package dev.plinth.spi.election;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Revision;

/**
 * The number of a term; every later term of the same election or lock has a greater one (G45, G47).
 *
 * <p>Immutable. A resource outside the store that remembers the greatest token it has seen, and
 * refuses smaller ones, is never changed by a holder of the past.
 *
 * @param revision the revision that created the term's key
 * @since 0.1
 */
public record FencingToken(Revision revision) implements Comparable<FencingToken> {
  /** Checks that nothing is null. */
  public FencingToken {
    requireNonNull(revision, "revision");
  }

  /**
   * Returns the token as a number.
   *
   * @return greater for later terms
   */
  public long value() {
    return revision.value();
  }

  @Override
  public int compareTo(FencingToken other) {
    return revision.compareTo(other.revision);
  }

  @Override
  public String toString() {
    return revision.toString();
  }
}
