package dev.plinth.service.gateway.kv;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import io.grpc.BindableService;

/** Binds the service {@code etcdserverpb.KV}. */
public final class KeyValuesModule extends AbstractModule {
  /** A module of one service. */
  public KeyValuesModule() {}

  @Override
  protected void configure() {
    bind(KeyValuesGrpc.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), BindableService.class).addBinding().to(KeyValuesGrpc.class);
  }
}
