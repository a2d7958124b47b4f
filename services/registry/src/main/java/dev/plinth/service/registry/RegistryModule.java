package dev.plinth.service.registry;

import com.google.inject.AbstractModule;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.http.HttpConfig;
import dev.plinth.chassis.http.HttpModule;
import dev.plinth.service.registry.presence.PresenceModule;

/** Binds the registry: its HTTP server and its one feature. */
final class RegistryModule extends AbstractModule {
  private final ServiceContext context;
  private final RegistryConfig config;

  RegistryModule(ServiceContext context, RegistryConfig config) {
    this.context = context;
    this.config = config;
  }

  @Override
  protected void configure() {
    install(new HttpModule(HttpConfig.of(context, config.httpPort())));
    install(new PresenceModule(config.rules()));
  }
}
