package dev.plinth.tck;

import dev.plinth.spi.Store;
import java.util.List;

/**
 * The servers of a store, started for one test, which may stop them as it likes.
 *
 * <p>One thread at a time. Every method returns when what it did has taken effect on the servers;
 * clients find out by themselves.
 *
 * @since 0.1
 */
public interface Cluster extends AutoCloseable {
  /**
   * Opens a client.
   *
   * @return a store, to be closed by the caller
   */
  Store open();

  /** Kills the member that leads, so that another one takes over. */
  void failOver();

  /** Adds a member. */
  void grow();

  /** Stops every member and starts them again with what they had written down. */
  void restart();

  /** Kills every member and starts new ones that have nothing. */
  void loseEverything();

  /**
   * Asks each member that lives for the digest of its data.
   *
   * @return one for each member
   */
  List<String> digests();

  @Override
  void close();
}
