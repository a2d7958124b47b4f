package dev.plinth.benchmarks;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Connections to one server that speaks etcd's protocol. One thread serves them all and runs the
 * callbacks, so that the tool costs little of its processor.
 */
final class ConnectionsGrpc implements AutoCloseable {
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("load", true), NioIoHandler.newFactory());
  private final List<ManagedChannel> channels;

  ConnectionsGrpc(String address, int count) {
    channels =
        IntStream.range(0, count)
            .mapToObj(any ->
                NettyChannelBuilder.forTarget(address)
                    .usePlaintext()
                    .directExecutor()
                    .eventLoopGroup(loop)
                    .channelType(NioSocketChannel.class)
                    .build())
            .toList();
  }

  int count() {
    return channels.size();
  }

  /** Returns the connection of a caller; callers with other numbers may share it. */
  Channel of(int caller) {
    return channels.get(caller % channels.size());
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
