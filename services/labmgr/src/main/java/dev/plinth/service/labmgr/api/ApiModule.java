package dev.plinth.service.labmgr.api;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.http.Routes;

/** Binds the description of the API. Features add an {@link ApiDescription} each. */
public final class ApiModule extends AbstractModule {
  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), ApiDescription.class);
    bind(ApiDocument.class).in(Singleton.class);
    bind(SwaggerFiles.class).in(Singleton.class);
    bind(ApiRoutes.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Routes.class).addBinding().to(ApiRoutes.class);
  }
}
