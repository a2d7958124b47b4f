package dev.plinth.chassis.grpc;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import dev.plinth.chassis.lifecycle.Managed;
import io.grpc.BindableService;

/**
 * Binds the gRPC server of a service. Features add {@link BindableService}s through a set binding;
 * a service may bind another {@link GrpcTransport} through an optional one.
 */
public final class GrpcModule extends AbstractModule {
  private final GrpcConfig config;

  /**
   * A server with its address.
   *
   * @param config where it listens
   */
  public GrpcModule(GrpcConfig config) {
    this.config = requireNonNull(config, "config");
  }

  @Override
  protected void configure() {
    bind(GrpcConfig.class).toInstance(config);
    Multibinder.newSetBinder(binder(), BindableService.class);
    OptionalBinder.newOptionalBinder(binder(), GrpcTransport.class)
        .setDefault()
        .toInstance(GrpcTransport.STANDARD);
    bind(GrpcServer.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Managed.class).addBinding().to(GrpcServer.class);
  }
}
