package dev.plinth.tck;

import dev.plinth.spi.Store;
import java.time.Duration;

/**
 * A store behind a connection that a test can disturb.
 *
 * <p>One thread at a time. Closing it closes the store and removes every disturbance.
 *
 * @since 0.1
 */
public interface Link extends AutoCloseable {
  /**
   * Returns the store that uses this connection and no other.
   *
   * @return always the same one
   */
  Store store();

  /** Breaks every connection and refuses new ones until {@link #heal}. */
  void cut();

  /** Breaks every connection once, as a server that restarts does; new ones are accepted. */
  void reset();

  /** Ends every open stream the way a server ends one that it has done with. */
  void endStreams();

  /** Swallows what is sent in either direction until {@link #heal}, without breaking anything. */
  void stall();

  /**
   * Delays whatever is sent until {@link #heal}.
   *
   * @param by how long
   */
  void delay(Duration by);

  /** Lets the next request reach the store and loses its answer with the connection. */
  void loseNextAnswer();

  /** Ends every disturbance. */
  void heal();

  @Override
  void close();
}
