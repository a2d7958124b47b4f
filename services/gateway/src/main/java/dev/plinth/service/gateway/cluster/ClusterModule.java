package dev.plinth.service.gateway.cluster;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import io.grpc.BindableService;

/** Binds the services {@code etcdserverpb.Cluster} and {@code etcdserverpb.Auth}. */
public final class ClusterModule extends AbstractModule {
  /** A module of two services. */
  public ClusterModule() {}

  @Override
  protected void configure() {
    bind(MembersGrpc.class).in(Singleton.class);
    bind(UsersGrpc.class).in(Singleton.class);
    Multibinder<BindableService> services =
        Multibinder.newSetBinder(binder(), BindableService.class);
    services.addBinding().to(MembersGrpc.class);
    services.addBinding().to(UsersGrpc.class);
  }
}
