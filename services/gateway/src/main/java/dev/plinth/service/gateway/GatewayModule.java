package dev.plinth.service.gateway;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.grpc.GrpcConfig;
import dev.plinth.chassis.grpc.GrpcModule;
import dev.plinth.service.gateway.cluster.ClusterModule;
import dev.plinth.service.gateway.concurrency.ConcurrencyModule;
import dev.plinth.service.gateway.kv.KeyValuesModule;
import dev.plinth.service.gateway.lease.LeasesModule;
import dev.plinth.service.gateway.maintenance.MaintenanceModule;
import dev.plinth.service.gateway.protocol.MemberName;
import dev.plinth.service.gateway.protocol.ProtocolModule;
import dev.plinth.service.gateway.watch.WatchModule;
import dev.plinth.service.gateway.watch.WatchTiming;

/** Binds the gateway: its server and the services of the protocol. */
final class GatewayModule extends AbstractModule {
  private final ServiceContext context;
  private final GatewayConfig config;

  GatewayModule(ServiceContext context, GatewayConfig config) {
    this.context = requireNonNull(context, "context");
    this.config = requireNonNull(config, "config");
  }

  @Override
  protected void configure() {
    int port = config.port() == 0 ? 0 : config.port() + context.portOffset();
    String address = context.bindAddress().uriHost() + ":" + port;
    install(new GrpcModule(new GrpcConfig(context.name(), context.bindAddress(), port, portKey())));
    install(new ProtocolModule(new MemberName(config.name(), address, config.clientUrls())));
    install(new KeyValuesModule());
    install(new LeasesModule());
    install(new ClusterModule());
    install(new MaintenanceModule());
    install(new WatchModule(new WatchTiming(config.progressInterval())));
    install(new ConcurrencyModule());
  }

  private static String portKey() {
    return GatewayService.NAME + ".port";
  }
}
