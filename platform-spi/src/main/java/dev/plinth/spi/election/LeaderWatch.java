package dev.plinth.spi.election;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.StoreException;
import java.time.Duration;
import java.util.Optional;

/**
 * Follows who leads an election (G50).
 *
 * <p>One reader at a time; {@link #close} from any thread. What it gives is the latest: leaders
 * that came and went while the reader was busy are skipped, the present one never is, and never an
 * older one after a newer. It goes on by itself when the store was unreachable or its history was
 * compacted.
 *
 * @since 0.1
 */
public interface LeaderWatch extends AutoCloseable {
  /**
   * Waits for the next observation, without limit. The first is how the election stands; each later
   * one has another leader, another proposal of the same one, or none where there was one.
   *
   * @return how it stands now
   * @throws HandleClosedException if this or the store was closed
   * @throws IncarnationLostException if the store is another one
   * @throws StoreException if the store refuses to be read
   * @throws InterruptedException if interrupted while waiting
   */
  Observation next() throws InterruptedException;

  /**
   * Waits for the next observation, but not for ever. The limit is counted in real time, also under
   * a virtual clock.
   *
   * @param timeout how long at most
   * @return as {@link #next}, or nothing in time
   * @throws StoreException as {@link #next}
   * @throws InterruptedException if interrupted while waiting
   */
  Optional<Observation> poll(Duration timeout) throws InterruptedException;

  /** Ends the watch and wakes its reader. Idempotent, from any thread. */
  @Override
  void close();
}
