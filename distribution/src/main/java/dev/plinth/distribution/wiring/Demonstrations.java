package dev.plinth.distribution.wiring;

import dev.plinth.spi.Settings;
import java.util.function.Consumer;

/** What the command line can show without a running launcher. */
public interface Demonstrations {
  /**
   * Runs three nodes of a ZTAP cluster and shows two fail-overs: in this process on the memory
   * store, as three processes on a store that they can share.
   *
   * @param settings the checked configuration
   * @param out told line by line
   * @return whether leadership moved within the bounds that were computed
   * @throws dev.plinth.spi.StoreException if the store cannot be reached or refuses
   * @throws InterruptedException if interrupted
   */
  boolean ztapCluster(Settings settings, Consumer<String> out) throws InterruptedException;
}
