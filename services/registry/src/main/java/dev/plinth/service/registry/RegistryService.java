package dev.plinth.service.registry;

import com.google.inject.Module;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.spi.Settings;

/**
 * The chat registry, for the launcher.
 *
 * <p>Immutable.
 */
public final class RegistryService implements Service {
  /** The name of the service and of its section in the configuration. */
  public static final String NAME = "registry";

  /** A registry that is configured when it is built. */
  public RegistryService() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void check(Settings settings) {
    RegistryConfig.from(settings);
  }

  @Override
  public Module module(ServiceContext context) {
    return new RegistryModule(context, RegistryConfig.from(context.settings()));
  }
}
