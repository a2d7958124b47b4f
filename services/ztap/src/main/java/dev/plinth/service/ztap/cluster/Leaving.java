package dev.plinth.service.ztap.cluster;

import java.util.Locale;

/** What became of a node that was told to leave. */
public enum Leaving {
  /** Its process was asked to leave and does so as soon as it sees it. */
  LEAVING,
  /** Its session was ended in the store; a process that still lives will join again. */
  ENDED,
  /** Its declaration or its record was removed; no process was behind it. */
  REMOVED,
  /** It was gone already; the node that answers no longer shows it. */
  FORGOTTEN;

  /**
   * Returns the word that documents carry.
   *
   * @return the name in lower case
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
