package dev.plinth.service.gateway;

import dev.plinth.spi.StoreRuntime;
import io.etcd.jetcd.Client;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Watches, locks and elections over a store whose calls wait for others. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GatewayOverHazelcastTest implements WatchProtocolContract, ConcurrencyContract {
  private GatewayFixture gateway;
  private ManagedChannel channel;
  private Client client;

  @BeforeAll
  void start() {
    StoreRuntime runtime = StoreRuntime.system();
    gateway = GatewayFixture.on(Hazelcast.open(runtime), runtime::close);
    channel = gateway.channel();
    client = gateway.client();
  }

  @AfterAll
  void stop() {
    gateway.close();
  }

  @Override
  public Channel channel() {
    return channel;
  }

  @Override
  public Client client() {
    return client;
  }
}
