package dev.plinth.chassis.grpc;

import dev.plinth.chassis.lifecycle.LifecycleTiming;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.lifecycle.Phase;
import dev.plinth.chassis.lifecycle.StartException;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The gRPC server of one service, with health ({@code grpc.health.v1}) and reflection.
 *
 * <p>Thread-safe. Calls run on virtual threads, or on the threads that move the bytes, as the
 * {@link GrpcTransport} says. Stopping refuses new calls and lets those under way finish within the
 * grace.
 */
public final class GrpcServer implements Managed {
  private final GrpcConfig config;
  private final GrpcTransport transport;
  private final LifecycleTiming timing;
  private final Set<BindableService> services;

  private volatile Optional<Running> running = Optional.empty();

  /** What exists while the server runs. */
  private record Running(
      Server server, EventLoopGroup loop, ExecutorService calls, HealthStatusManager health) {}

  @Inject
  GrpcServer(
      GrpcConfig config,
      GrpcTransport transport,
      LifecycleTiming timing,
      Set<BindableService> services) {
    this.config = config;
    this.transport = transport;
    this.timing = timing;
    this.services = services;
  }

  @Override
  public Phase phase() {
    return Phase.SERVE;
  }

  /**
   * Returns the port that the server listens on.
   *
   * @return the one asked for, or the free one that was found
   * @throws IllegalStateException if it does not run
   */
  public int port() {
    return running
        .orElseThrow(() -> new IllegalStateException("the gRPC server does not run"))
        .server()
        .getPort();
  }

  /**
   * Returns where clients on this machine reach the server.
   *
   * @return such as {@code 127.0.0.1:50051}
   * @throws IllegalStateException if it does not run
   */
  public String target() {
    return config.bindAddress().uriHost() + ":" + port();
  }

  @Override
  public void start() {
    ExecutorService calls =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("plinth-grpc-", 0).factory());
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            transport.eventLoops(),
            new DefaultThreadFactory("plinth-grpc-io", true),
            NioIoHandler.newFactory());
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(config.bindAddress().address(), config.port()))
            .channelType(NioServerSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .maxInboundMessageSize(transport.mostMessageBytes())
            .permitKeepAliveTime(transport.shortestPing().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
            .intercept(new ErrorMapping())
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance());
    if (transport.onEventLoop()) {
      builder.directExecutor();
    } else {
      builder.executor(calls);
    }
    services.forEach(builder::addService);
    transport
        .pages()
        .ifPresent(pages -> builder.protocolNegotiator(new PagesBesideGrpc(pages, calls)));
    try {
      Server server = builder.build().start();
      running = Optional.of(new Running(server, loop, calls, health));
    } catch (IOException refused) {
      end(loop, calls);
      throw new StartException(
          config.key()
              + ": "
              + config.bindAddress().host()
              + ":"
              + config.port()
              + " is in use or not ours; choose another port, or port-offset",
          refused);
    }
  }

  @Override
  public void stop() {
    running.ifPresent(this::stop);
    running = Optional.empty();
  }

  private void stop(Running now) {
    now.health().enterTerminalState();
    now.server().shutdown();
    try {
      if (!now.server().awaitTermination(timing.drainGrace().toMillis(), TimeUnit.MILLISECONDS)) {
        now.server().shutdownNow();
        now.server().awaitTermination(1, TimeUnit.SECONDS);
      }
    } catch (InterruptedException hurried) {
      now.server().shutdownNow();
      Thread.currentThread().interrupt();
    } finally {
      end(now.loop(), now.calls());
    }
  }

  private static void end(EventLoopGroup loop, ExecutorService calls) {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    calls.shutdown();
  }
}
