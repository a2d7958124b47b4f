package dev.plinth.service.ztap;

import com.google.inject.Module;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.http.HttpConfig;
import dev.plinth.spi.Settings;

/** The ZTAP cluster: membership and leadership. Immutable. */
public final class ZtapService implements Service {
  /** The name of the service and of its section in the configuration. */
  public static final String NAME = "ztap";

  /** Makes the service; nothing is opened. */
  public ZtapService() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void check(Settings settings) {
    ZtapConfig.from(settings);
  }

  @Override
  public Module module(ServiceContext context) {
    ZtapConfig config = ZtapConfig.from(context.settings());
    return new ZtapModule(config, HttpConfig.of(context, config.httpPort()));
  }
}
