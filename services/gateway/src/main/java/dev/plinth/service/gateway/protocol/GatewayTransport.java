package dev.plinth.service.gateway.protocol;

import dev.plinth.chassis.grpc.GrpcTransport;
import dev.plinth.spi.Capability;
import dev.plinth.spi.Store;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.time.Duration;
import java.util.Optional;

/** Says how the server treats connections: as etcd does. Immutable. */
final class GatewayTransport implements Provider<GrpcTransport> {
  /** 1.5 MiB of a request, and what etcd allows on top of it. */
  private static final int MOST_MESSAGE_BYTES = (3 << 19) + (1 << 19);

  private static final Duration SHORTEST_PING = Duration.ofSeconds(5);

  /** More threads than this gain nothing beside those of the store. */
  private static final int MOST_EVENT_LOOPS = 4;

  private final Store store;
  private final StatusPages pages;

  @Inject
  GatewayTransport(Store store, StatusPages pages) {
    this.pages = pages;
    this.store = store;
  }

  @Override
  public GrpcTransport get() {
    boolean onEventLoop = store.capabilities().contains(Capability.IN_PROCESS);
    return new GrpcTransport(
        onEventLoop,
        Math.min(MOST_EVENT_LOOPS, Runtime.getRuntime().availableProcessors()),
        MOST_MESSAGE_BYTES,
        SHORTEST_PING,
        Optional.of(pages));
  }
}
