package dev.plinth.service.registry.presence;

import java.util.List;

/**
 * A position in the history of a user's devices.
 *
 * <p>One reader at a time; {@link #close} from any thread.
 */
interface PresenceWatch extends AutoCloseable {
  /**
   * Waits for what comes next, without limit.
   *
   * @return events in order, whole revisions; may be empty
   * @throws InterruptedException if interrupted while waiting
   * @throws dev.plinth.spi.StoreException when the watch has ended
   */
  List<PresenceEvent> next() throws InterruptedException;

  @Override
  void close();
}
