package dev.plinth.service.ztap.cluster;

import java.time.Instant;
import java.util.Locale;

/**
 * Where a node stands with its cluster.
 *
 * <p>Immutable.
 *
 * @param phase what it is
 * @param reason why, in words
 * @param since when that began
 */
public record Membership(Phase phase, String reason, Instant since) {

  /** What a node can be. */
  public enum Phase {
    /** It has not tried to join yet. */
    STARTING,
    /** It tries, and something it cannot change keeps it out. */
    WAITING,
    /** It is registered. */
    MEMBER,
    /** It must not join; only a restart with another configuration helps. */
    REFUSED,
    /** It left, by request or because it stopped. */
    LEFT;

    /**
     * Returns the word that documents carry.
     *
     * @return the name in lower case
     */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
