package dev.plinth.service.ztap.cluster;

import java.util.Locale;

/** What a node does in the cluster, derived from the election. */
public enum NodeRole {
  /** It leads. */
  LEADER,
  /** It does not. */
  FOLLOWER;

  /**
   * Returns the word that documents carry.
   *
   * @return the name in lower case
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
