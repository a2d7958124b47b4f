package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

/**
 * The history asked for was compacted (G14, G30), or something in it was left out (G36): read the
 * present and continue from there.
 *
 * @since 0.1
 */
@SuppressWarnings("serial") // carries values that are not serialised
public final class HistoryLostException extends StoreException {
  private final Revision compacted;

  /**
   * The loss of history.
   *
   * @param compacted the oldest revision that can still be read
   */
  public HistoryLostException(Revision compacted) {
    this(
        "required revision has been compacted: the oldest readable one is " + compacted, compacted);
  }

  /**
   * The loss of history for another reason, which leaves the reader with the same to do.
   *
   * @param reason what was lost and why, one line
   * @param readable a revision that can be read, behind the last one that was not lost
   */
  public HistoryLostException(String reason, Revision readable) {
    super(reason, null);
    this.compacted = requireNonNull(readable);
  }

  /**
   * Returns the compaction revision.
   *
   * @return the oldest revision that can still be read, or one known to be readable
   */
  public Revision compacted() {
    return compacted;
  }
}
