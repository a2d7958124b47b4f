package dev.plinth.service.gateway.maintenance;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import io.grpc.BindableService;

/** Binds the service {@code etcdserverpb.Maintenance}. */
public final class MaintenanceModule extends AbstractModule {
  /** A module of one service. */
  public MaintenanceModule() {}

  @Override
  protected void configure() {
    bind(OperatorsGrpc.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), BindableService.class).addBinding().to(OperatorsGrpc.class);
  }
}
