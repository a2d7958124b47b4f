package dev.plinth.service.gateway;

import dev.plinth.chassis.grpc.GrpcServer;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreRuntime;
import io.etcd.jetcd.Client;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A gateway on a free port, on a store of its own, with clients that end with it. */
public final class GatewayFixture implements AutoCloseable {
  /** Clients in Go take any answer. */
  private static final int LARGE = 64 << 20;

  /** Clients are told that the gateway stops, however busy the machine is. */
  private static final Duration GRACE = Duration.ofSeconds(20);

  private final Store store;
  private final Runnable afterwards;
  private final ServiceFixture service;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();

  private GatewayFixture(Store store, Runnable afterwards) {
    this.store = store;
    this.afterwards = afterwards;
    this.service = ServiceFixture.start(new GatewayService(), store, Map.of("port", 0), GRACE);
  }

  /** Starts a gateway on an empty store in memory. */
  public static GatewayFixture inMemory() {
    StoreRuntime runtime = StoreRuntime.system();
    return on(Stores.memory(runtime), runtime::close);
  }

  /** Starts a gateway on an empty store in memory, in the time of a runtime. */
  public static GatewayFixture inMemory(StoreRuntime runtime) {
    return on(Stores.memory(runtime));
  }

  /** Starts a gateway on a store, which ends with the fixture. */
  public static GatewayFixture on(Store store) {
    return on(store, () -> {});
  }

  /** Starts a gateway on a store, which ends with the fixture, and then does something else. */
  public static GatewayFixture on(Store store, Runnable afterwards) {
    return new GatewayFixture(store, afterwards);
  }

  /** Returns the store behind. */
  public Store store() {
    return store;
  }

  /** Returns where clients reach it. */
  public String target() {
    return service.get(GrpcServer.class).target();
  }

  /** Opens a connection. */
  public ManagedChannel channel() {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(target()).usePlaintext().maxInboundMessageSize(LARGE).build();
    channels.add(channel);
    return channel;
  }

  /** Opens a client as applications in Java do. */
  Client client() {
    Client client = Client.builder().endpoints("http://" + target()).build();
    clients.add(client);
    return client;
  }

  /** Stops the gateway as the launcher does; the store stays open. */
  public void stop() {
    service.stop();
  }

  @Override
  public void close() {
    clients.forEach(Client::close);
    channels.forEach(ManagedChannel::shutdownNow);
    service.close();
    store.close();
    afterwards.run();
  }
}
