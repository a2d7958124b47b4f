package dev.plinth.distribution.wiring;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.http.Routes;
import java.util.List;
import java.util.function.Supplier;

/** Adds to the admin API which services run, and where. */
public final class ServicesModule extends AbstractModule {
  private final Supplier<List<Platform.StartedService>> services;

  /**
   * The services of one launcher.
   *
   * @param services those that are ready when it is asked
   */
  public ServicesModule(Supplier<List<Platform.StartedService>> services) {
    this.services = requireNonNull(services, "services");
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), Routes.class)
        .addBinding()
        .toInstance(new ServicesRoutes(services));
  }
}
