package dev.plinth.chassis.http;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.StoreException;
import java.util.List;

/**
 * Events for one stream. One reader; {@link #close} from any thread.
 *
 * <p>It is asked for more only after the client took what came before: a slow client makes a slow
 * reader, never a long queue.
 */
public interface EventSource extends AutoCloseable {
  /**
   * Waits for more events, without limit.
   *
   * @return what comes next, in order; may be empty. The events of one revision must come together
   * @throws HistoryLostException if what comes next is no longer known; the client gets {@code
   *     resync}, and the stream ends
   * @throws HandleClosedException if it was closed; the stream ends
   * @throws StoreException if the store failed; the stream ends, and the client comes back
   * @throws InterruptedException if the stream ends
   */
  List<ServerEvent> next() throws InterruptedException;

  /** Frees what it holds and wakes its reader. Idempotent. */
  @Override
  void close();
}
