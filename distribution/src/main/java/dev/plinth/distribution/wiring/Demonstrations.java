package dev.plinth.distribution.wiring;

import java.util.function.Consumer;

/** What the command line can show without a running launcher. */
public interface Demonstrations {
  /**
   * Runs three nodes of a ZTAP cluster on a store of their own and shows two fail-overs.
   *
   * @param out told line by line
   * @return whether leadership moved within the bounds that were computed
   * @throws InterruptedException if interrupted
   */
  boolean ztapCluster(Consumer<String> out) throws InterruptedException;
}
