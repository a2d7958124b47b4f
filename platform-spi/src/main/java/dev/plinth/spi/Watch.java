package dev.plinth.spi;

import java.time.Duration;
import java.util.Optional;

/**
 * A position in the history of a range that moves as its reader pulls.
 *
 * <p>One reader at a time; {@link #close} from any thread. Changes come in order, once each,
 * without a gap, across reconnects too (G24 to G28); else the watch ends with one terminal error,
 * which every later pull repeats (G34): {@link HistoryLostException} when compaction overtook it or
 * a server left something out, {@link IncarnationLostException} when the store is another one,
 * {@link HandleClosedException} when the watch or its store was closed. A reader that is slow or
 * stops delays nobody but itself (G36, G41), and nothing is buffered for it without bound.
 *
 * @since 0.1
 */
public interface Watch extends AutoCloseable {
  /**
   * Returns the store's revision when the watch was opened.
   *
   * @return a watch without a start revision delivers everything after it
   */
  Revision startedAt();

  /**
   * Waits for the next delivery, without limit.
   *
   * @return changes, or a progress mark
   * @throws InterruptedException if interrupted while waiting; the position is unmoved
   * @throws StoreException the terminal error, again and again
   */
  WatchBatch next() throws InterruptedException;

  /**
   * Waits for the next delivery, but not for ever. The limit is counted in real time, also under a
   * virtual clock.
   *
   * @param timeout how long at most
   * @return changes or a progress mark, or nothing in time
   * @throws InterruptedException if interrupted while waiting; the position is unmoved
   * @throws StoreException the terminal error, again and again
   */
  Optional<WatchBatch> poll(Duration timeout) throws InterruptedException;

  /**
   * Takes the next delivery if there is one; never waits.
   *
   * @return changes or a progress mark, or nothing now
   * @throws StoreException the terminal error, again and again
   */
  Optional<WatchBatch> tryNext();

  /**
   * Sets what is run when {@link #tryNext} may have something: a delivery or the terminal error.
   * For servers that do not spend a thread on each watch.
   *
   * <p>Run at once if there is something already, later once for each time the watch turns from
   * "nothing" to "something"; it may run without need. It runs on a thread of the store that also
   * serves others: it must not block, nor call the store; it hands over to a thread of its own.
   *
   * @param signal replaces the one set before
   */
  void onReady(Runnable signal);

  /**
   * Asks for one progress mark as soon as everything up to now is delivered (G29). Returns at once.
   *
   * @throws StoreException the terminal error, if the watch has ended
   */
  void requestProgress();

  /**
   * Ends the watch; nothing is delivered afterwards (G34). Idempotent, from any thread, also wakes
   * the reader.
   */
  @Override
  void close();
}
