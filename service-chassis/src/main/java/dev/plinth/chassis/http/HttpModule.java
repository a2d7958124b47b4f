package dev.plinth.chassis.http;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.health.HealthCheck;
import dev.plinth.chassis.health.Readiness;
import dev.plinth.chassis.lifecycle.Managed;

/**
 * Binds the HTTP server of a service. Features add {@link Routes} and {@link HealthCheck}s through
 * set bindings.
 */
public final class HttpModule extends AbstractModule {
  private final HttpConfig config;

  /**
   * A server with its address.
   *
   * @param config where it listens
   */
  public HttpModule(HttpConfig config) {
    this.config = requireNonNull(config, "config");
  }

  @Override
  protected void configure() {
    bind(HttpConfig.class).toInstance(config);
    Multibinder.newSetBinder(binder(), HealthCheck.class);
    bind(Readiness.class).in(Singleton.class);
    bind(OperationalRoutes.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Routes.class).addBinding().to(OperationalRoutes.class);
    bind(HttpServer.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Managed.class).addBinding().to(HttpServer.class);
  }
}
