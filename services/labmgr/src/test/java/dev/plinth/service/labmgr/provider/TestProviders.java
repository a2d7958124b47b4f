package dev.plinth.service.labmgr.provider;

import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Store;

/** Builds the simulated cloud on a store for tests of other packages. */
public final class TestProviders {
  private TestProviders() {}

  /** Returns a simulated cloud with a script. */
  public static LabProvider simulated(Store store, Simulation simulation) {
    return new SimulatedProvider(
        new SimulatedMachineRepository(store, new SimulatedKeys(KeySpace.of("/labs"))),
        store.runtime(),
        simulation);
  }
}
