package dev.plinth.chassis.http;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.spi.Settings;

/** A service that is nothing but its routes. */
final class HttpOnlyService implements Service {
  private final Routes routes;

  HttpOnlyService(Routes routes) {
    this.routes = routes;
  }

  @Override
  public String name() {
    return "test";
  }

  @Override
  public void check(Settings settings) {
    settings.allowOnly("http-port");
  }

  @Override
  public Module module(ServiceContext context) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        install(new HttpModule(HttpConfig.from(context, 8080)));
        Multibinder.newSetBinder(binder(), Routes.class).addBinding().toInstance(routes);
      }
    };
  }
}
