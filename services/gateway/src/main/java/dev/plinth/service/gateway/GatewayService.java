package dev.plinth.service.gateway;

import com.google.inject.Module;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.spi.Settings;

/**
 * The etcd gateway, for the launcher.
 *
 * <p>Immutable.
 */
public final class GatewayService implements Service {
  /** The name of the service and of its section in the configuration. */
  public static final String NAME = "gateway";

  /** A gateway that is configured when it is built. */
  public GatewayService() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void check(Settings settings) {
    GatewayConfig.from(settings);
  }

  @Override
  public Module module(ServiceContext context) {
    return new GatewayModule(context, GatewayConfig.from(context.settings()));
  }
}
