package dev.plinth.tck;

/**
 * What some versions of a server are known to do wrong and no client can make good.
 *
 * @since 0.1
 */
public enum KnownDefect {
  /** A progress mark may run ahead of changes that are still to come. */
  PROGRESS_AHEAD_OF_CHANGES(
      "servers before 3.4.25 and 3.5.8 may send a progress mark ahead of changes"),
  /** A delete exactly at the compaction revision may be lost to a watch that starts there. */
  DELETE_AT_COMPACTION_LOST(
      "servers before 3.4.25 and 3.5.8 may lose a delete at the compaction revision");

  private final String text;

  KnownDefect(String text) {
    this.text = text;
  }

  /**
   * Returns the defect in words.
   *
   * @return one line, with the versions that have it
   */
  public String text() {
    return text;
  }
}
