package dev.plinth.chassis.admin;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.http.HttpModule;
import dev.plinth.chassis.http.Routes;
import dev.plinth.chassis.lifecycle.Managed;

/**
 * Binds the admin API, as a service of its own: install it beside a {@code LifecycleModule} in an
 * injector below that of {@code PlatformModule}. Other {@link Routes} bound there, with paths below
 * {@code /admin/v1}, are guarded by the same token.
 */
public final class AdminModule extends AbstractModule {
  private final AdminConfig config;

  /**
   * An admin API with its address.
   *
   * @param config where it listens, and where its token is
   */
  public AdminModule(AdminConfig config) {
    this.config = requireNonNull(config, "config");
  }

  @Override
  protected void configure() {
    install(new HttpModule(config.http()));
    bind(AdminConfig.class).toInstance(config);
    bind(AdminAccess.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Managed.class).addBinding().to(AdminAccess.class);
    Multibinder<Routes> routes = Multibinder.newSetBinder(binder(), Routes.class);
    bind(AccessRoutes.class).in(Singleton.class);
    bind(StoreRoutes.class).in(Singleton.class);
    bind(StoreTransactionRoutes.class).in(Singleton.class);
    bind(StoreWatchRoutes.class).in(Singleton.class);
    bind(StoreLeaseRoutes.class).in(Singleton.class);
    routes.addBinding().to(AccessRoutes.class);
    routes.addBinding().to(StoreRoutes.class);
    routes.addBinding().to(StoreTransactionRoutes.class);
    routes.addBinding().to(StoreWatchRoutes.class);
    routes.addBinding().to(StoreLeaseRoutes.class);
  }
}
