package dev.plinth.spi;

/**
 * Opens watches.
 *
 * <p>Thread-safe.
 *
 * @since 0.1
 */
public interface Watches {
  /**
   * Opens a watch and returns when it exists: what is committed from then on, or from the revision
   * asked for, is delivered (G24 to G36). The start may be compacted; then the first delivery is
   * {@link HistoryLostException} (G30).
   *
   * @param options what it delivers
   * @return the watch, to be closed by the caller
   * @throws RequestRefusedException if the range is empty or starts with an empty key
   * @throws StoreException if the store failed
   */
  Watch open(WatchOptions options);
}
