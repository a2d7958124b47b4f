package dev.plinth.service.gateway.protocol;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import dev.plinth.chassis.grpc.GrpcTransport;
import dev.plinth.chassis.lifecycle.Managed;

/** Binds what every method of the protocol needs, and how its server treats connections. */
public final class ProtocolModule extends AbstractModule {
  private final MemberName name;

  /**
   * The protocol as one member speaks it.
   *
   * @param name of the member
   */
  public ProtocolModule(MemberName name) {
    this.name = requireNonNull(name, "name");
  }

  @Override
  protected void configure() {
    bind(MemberName.class).toInstance(name);
    bind(GatewayIdentity.class).in(Singleton.class);
    bind(ResponseHeaders.class).in(Singleton.class);
    bind(Alarms.class).in(Singleton.class);
    bind(StatusPages.class).in(Singleton.class);
    bind(GatewayTransport.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Managed.class).addBinding().to(GatewayIdentity.class);
    OptionalBinder.newOptionalBinder(binder(), GrpcTransport.class)
        .setBinding()
        .toProvider(GatewayTransport.class)
        .in(Singleton.class);
  }
}
