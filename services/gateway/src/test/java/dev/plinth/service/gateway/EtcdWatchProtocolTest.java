package dev.plinth.service.gateway;

import dev.plinth.storage.etcd.testing.EtcdServers;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Checks what is expected of watch streams on the server that the gateway stands in for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class EtcdWatchProtocolTest implements WatchProtocolContract {
  private EtcdServers servers;
  private ManagedChannel channel;

  @BeforeAll
  void start() {
    servers = EtcdServers.start("3.5", 1);
    channel =
        NettyChannelBuilder.forTarget(servers.endpoints().getFirst())
            .usePlaintext()
            .maxInboundMessageSize(16 << 20)
            .build();
  }

  @AfterAll
  void stop() {
    channel.shutdownNow();
    servers.close();
  }

  @Override
  public Channel channel() {
    return channel;
  }
}
