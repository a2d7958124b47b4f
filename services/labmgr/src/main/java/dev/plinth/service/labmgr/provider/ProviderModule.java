package dev.plinth.service.labmgr.provider;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.plinth.spi.KeySpace;

/** Binds the simulated cloud as the provider of machines. */
public final class ProviderModule extends AbstractModule {
  private final KeySpace root;
  private final Simulation simulation;

  /**
   * A simulated cloud.
   *
   * @param root the prefix of the service
   * @param simulation its script
   */
  public ProviderModule(KeySpace root, Simulation simulation) {
    this.root = root;
    this.simulation = simulation;
  }

  @Override
  protected void configure() {
    bind(SimulatedKeys.class).toInstance(new SimulatedKeys(root));
    bind(Simulation.class).toInstance(simulation);
    bind(SimulatedMachineRepository.class).in(Singleton.class);
    bind(SimulatedProvider.class).in(Singleton.class);
    bind(LabProvider.class).to(SimulatedProvider.class);
  }
}
