package dev.plinth.service.gateway.lease;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import io.grpc.BindableService;

/** Binds the service {@code etcdserverpb.Lease}. */
public final class LeasesModule extends AbstractModule {
  /** A module of one service. */
  public LeasesModule() {}

  @Override
  protected void configure() {
    bind(LeaseCalls.class).in(Singleton.class);
    bind(LeasesGrpc.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), BindableService.class).addBinding().to(LeasesGrpc.class);
  }
}
