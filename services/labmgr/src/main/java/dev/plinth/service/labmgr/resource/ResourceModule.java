package dev.plinth.service.labmgr.resource;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.health.HealthCheck;
import dev.plinth.chassis.http.Routes;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.service.labmgr.api.ApiDescription;
import dev.plinth.spi.KeySpace;

/** Binds what is common to resources of all kinds. Kinds are added to the set of them. */
public final class ResourceModule extends AbstractModule {
  private final KeySpace root;
  private final WatchTiming timing;

  /**
   * Resources below a prefix.
   *
   * @param root the prefix
   * @param timing how watches behave in time
   */
  public ResourceModule(KeySpace root, WatchTiming timing) {
    this.root = root;
    this.timing = timing;
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), ResourceKind.class);
    bind(ResourceKeys.class).toInstance(new ResourceKeys(root));
    bind(WatchTiming.class).toInstance(timing);
    bind(ResourceCodec.class).in(Singleton.class);
    bind(ResourceRepository.class).in(Singleton.class);
    bind(ResourceLists.class).in(Singleton.class);
    bind(Resources.class).in(Singleton.class);
    bind(ResourceInformerLoop.class).in(Singleton.class);
    bind(ResourceFeed.class).to(ResourceInformerLoop.class);
    bind(ResourceMetrics.class).asEagerSingleton();
    bind(WatchRoutes.class).in(Singleton.class);
    bind(ResourceRoutes.class).in(Singleton.class);
    Multibinder<Managed> parts = Multibinder.newSetBinder(binder(), Managed.class);
    parts.addBinding().to(ResourceInformerLoop.class);
    parts.addBinding().to(WatchRoutes.class);
    Multibinder.newSetBinder(binder(), HealthCheck.class)
        .addBinding()
        .to(ResourceInformerLoop.class);
    Multibinder.newSetBinder(binder(), Routes.class).addBinding().to(ResourceRoutes.class);
    Multibinder.newSetBinder(binder(), ApiDescription.class).addBinding().to(ResourceRoutes.class);
  }
}
