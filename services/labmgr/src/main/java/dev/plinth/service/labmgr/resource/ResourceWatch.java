package dev.plinth.service.labmgr.resource;

import java.util.List;

/**
 * Follows the resources of one kind and namespace, without a gap.
 *
 * <p>One reader at a time; {@link #close} from any thread.
 */
public interface ResourceWatch extends AutoCloseable {
  /**
   * Waits for what comes next.
   *
   * @return events in order; empty if what changed is out of view
   * @throws InterruptedException if interrupted while waiting
   * @throws dev.plinth.spi.StoreException when the watch has ended
   */
  List<ResourceEvent> next() throws InterruptedException;

  @Override
  void close();
}
