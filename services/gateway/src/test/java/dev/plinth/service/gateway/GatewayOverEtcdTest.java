package dev.plinth.service.gateway;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.storage.etcd.testing.EtcdServers;
import io.etcd.jetcd.Client;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Watches, locks and elections through the gateway to etcd itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GatewayOverEtcdTest implements WatchProtocolContract, ConcurrencyContract {
  private EtcdServers servers;
  private GatewayFixture gateway;
  private ManagedChannel channel;
  private Client client;

  @BeforeAll
  void start() {
    servers = EtcdServers.start("3.5", 1);
    StoreRuntime runtime = StoreRuntime.system();
    Map<String, Object> settings =
        Map.of("endpoints", servers.endpoints(), "request-timeout", "15s");
    Store store = StoreProvider.named("etcd").open(Settings.of(settings), runtime);
    gateway = GatewayFixture.on(store, runtime::close);
    channel = gateway.channel();
    client = gateway.client();
  }

  @AfterAll
  void stop() {
    gateway.close();
    servers.close();
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
