package dev.plinth.storage.etcd;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The connection to one endpoint, made when it is first needed and again when it broke. */
final class EtcdMember {
  /** Answers of a range have no limit of their own at the server. */
  private static final int LARGEST_ANSWER = Integer.MAX_VALUE;

  /** The server ends connections that ping more often than every five seconds. */
  private static final Duration PING_INTERVAL = Duration.ofSeconds(10);

  private static final Duration PING_TIMEOUT = Duration.ofSeconds(3);

  private final EtcdEndpoint endpoint;
  private final ManagedChannel channel;

  EtcdMember(EtcdEndpoint endpoint, EtcdConfig config, EventLoopGroup transport, Executor lookups) {
    this.endpoint = endpoint;
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port())
            .eventLoopGroup(transport)
            .channelType(NioSocketChannel.class)
            .directExecutor()
            .offloadExecutor(lookups)
            .disableRetry()
            .maxInboundMessageSize(LARGEST_ANSWER)
            .keepAliveTime(PING_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(PING_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
            .withOption(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(config.dialTimeout().toMillis()));
    if (config.tls().isPresent()) {
      builder.sslContext(config.tls().get().context());
      config.tls().get().serverName().ifPresent(builder::overrideAuthority);
    } else {
      builder.usePlaintext();
    }
    this.channel = builder.build();
  }

  EtcdEndpoint endpoint() {
    return endpoint;
  }

  /** Returns the channel; one that waits before it tries to connect again tries now. */
  ManagedChannel channel() {
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.resetConnectBackoff();
    }
    return channel;
  }

  /**
   * Asks this member alone, whether it knows a leader or not.
   *
   * @return completes on a transport thread, with the answer or a {@link StatusRuntimeException}
   */
  <Q, R> CompletableFuture<R> ask(
      MethodDescriptor<Q, R> method, Q request, Metadata headers, Duration timeout) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    ClientCall<Q, R> call =
        channel()
            .newCall(
                method,
                CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(R message) {
            answer.complete(message);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            // After an answer this changes nothing.
            answer.completeExceptionally(status.asRuntimeException());
          }
        },
        headers);
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
    return answer;
  }

  /** Ends every call. */
  void close() {
    channel.shutdownNow();
  }

  boolean awaitClosed(Duration timeout) throws InterruptedException {
    return channel.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
