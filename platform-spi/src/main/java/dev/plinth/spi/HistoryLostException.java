package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

/**
 * The history asked for was compacted (G14, G30): read the present and continue from there.
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
    super("required revision has been compacted: the oldest readable one is " + compacted, null);
    this.compacted = requireNonNull(compacted);
  }

  /**
   * Returns the compaction revision.
   *
   * @return the oldest revision that can still be read
   */
  public Revision compacted() {
    return compacted;
  }
}
