package dev.plinth.chassis.leadership;

import dev.plinth.spi.StoreException;
import dev.plinth.spi.election.Leadership;

/** What only a leader does. */
@FunctionalInterface
public interface LeaderTask {
  /**
   * Works until the term is over. Begun once per term, never twice at a time; interrupted when the
   * leadership is lost or the service stops. Returning early gives the leadership up.
   *
   * @param leadership the term; put {@link Leadership#stillHeld} into every write that matters
   * @throws InterruptedException when interrupted
   * @throws StoreException if the store failed; the leadership is given up, and contested again
   */
  void lead(Leadership leadership) throws InterruptedException;
}
