package dev.plinth.service.gateway;

import dev.plinth.chassis.grpc.GrpcServer;
import dev.plinth.chassis.testing.ServiceFixture;
import dev.plinth.chassis.testing.Stores;
import dev.plinth.spi.Store;
import io.grpc.ManagedChannel;
import java.util.Map;

/** A gateway that a test started, on a store of its own. */
public final class GatewayFixture implements AutoCloseable {
  private final Store store;
  private final ServiceFixture service;

  private GatewayFixture(Store store, ServiceFixture service) {
    this.store = store;
    this.service = service;
  }

  /** Starts a gateway on an empty store in memory. */
  public static GatewayFixture inMemory() {
    return on(Stores.memory());
  }

  /** Starts a gateway on a store, which ends with the fixture. */
  public static GatewayFixture on(Store store) {
    return on(store, Map.of("port", 0));
  }

  /** Starts a gateway on a store, which ends with the fixture, with settings that name a port. */
  public static GatewayFixture on(Store store, Map<String, ?> settings) {
    return new GatewayFixture(store, ServiceFixture.start(new GatewayService(), store, settings));
  }

  /** Returns a channel of its own, closed with the fixture. */
  public ManagedChannel channel() {
    return service.channel();
  }

  /** Returns where clients reach it. */
  public String target() {
    return service.get(GrpcServer.class).target();
  }

  /** Returns the store behind. */
  public Store store() {
    return store;
  }

  /** Stops the gateway as the launcher does; the store stays open. */
  public void stop() {
    service.stop();
  }

  @Override
  public void close() {
    service.close();
    store.close();
  }
}
