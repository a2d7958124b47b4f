package dev.plinth.service.ztap.cluster;

import java.util.Locale;

/** How well a node is, as the node that answers sees it. */
public enum NodeState {
  /** Its heartbeats arrive. */
  HEALTHY,
  /** Two heartbeats are missing. */
  SUSPECT,
  /** It has been silent for the election timeout; its session has not ended. */
  UNHEALTHY,
  /** Its session ended, or it was declared and has not been seen. */
  GONE,
  /** What is stored for it cannot be read. */
  INVALID;

  /**
   * Returns the word that documents carry.
   *
   * @return the name in lower case
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
