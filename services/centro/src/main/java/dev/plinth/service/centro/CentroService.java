package dev.plinth.service.centro;

import com.google.inject.Module;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.spi.Settings;

/**
 * Centro as the launcher starts it.
 *
 * <p>Immutable.
 */
public final class CentroService implements Service {
  /** Makes the service. */
  public CentroService() {}

  @Override
  public String name() {
    return "centro";
  }

  @Override
  public void check(Settings settings) {
    CentroConfig.from(settings);
  }

  @Override
  public Module module(ServiceContext context) {
    return new CentroModule(context, CentroConfig.from(context.settings()));
  }
}
