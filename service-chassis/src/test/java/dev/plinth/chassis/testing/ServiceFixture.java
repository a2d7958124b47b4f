package dev.plinth.chassis.testing;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Stage;
import dev.plinth.chassis.Service;
import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.auth.BindAddress;
import dev.plinth.chassis.grpc.GrpcServer;
import dev.plinth.chassis.http.HttpServer;
import dev.plinth.chassis.http.HttpThreads;
import dev.plinth.chassis.lifecycle.Lifecycle;
import dev.plinth.chassis.lifecycle.LifecycleModule;
import dev.plinth.chassis.lifecycle.LifecycleTiming;
import dev.plinth.chassis.metrics.PrometheusMetrics;
import dev.plinth.chassis.platform.PlatformModule;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One service, started as the launcher starts it, on a store that the test opened.
 *
 * <p>Every port is free: {@code http-port} and {@code grpc-port} are 0 unless the test sets them.
 * Closing stops the service; the store stays open.
 */
public final class ServiceFixture implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final HttpThreads threads;
  private final PrometheusMetrics metrics;
  private final Injector injector;
  private final Lifecycle lifecycle;
  private final List<ManagedChannel> channels = new ArrayList<>();

  private ServiceFixture(
      HttpThreads threads, PrometheusMetrics metrics, Injector injector, Lifecycle lifecycle) {
    this.threads = threads;
    this.metrics = metrics;
    this.injector = injector;
    this.lifecycle = lifecycle;
  }

  /** Starts a service with its defaults, but for the ports. */
  public static ServiceFixture start(Service service, Store store) {
    return start(service, store, Map.of("http-port", 0));
  }

  /**
   * Starts a service.
   *
   * @param settings its section; give {@code http-port} and {@code grpc-port} the value 0
   */
  public static ServiceFixture start(Service service, Store store, Map<String, ?> settings) {
    return start(service, store, settings, GRACE);
  }

  /**
   * Starts a service.
   *
   * @param settings its section; give {@code http-port} and {@code grpc-port} the value 0
   * @param grace for requests that are under way when it stops
   */
  public static ServiceFixture start(
      Service service, Store store, Map<String, ?> settings, Duration grace) {
    Settings section =
        Settings.of(Map.of(service.name(), new LinkedHashMap<>(settings))).section(service.name());
    service.check(section);
    HttpThreads threads = HttpThreads.start();
    PrometheusMetrics metrics = PrometheusMetrics.start();
    try {
      ServiceContext context =
          new ServiceContext(service.name(), section, BindAddress.loopback(), 0);
      Injector injector =
          Guice.createInjector(Stage.PRODUCTION, new PlatformModule(store, metrics, threads))
              .createChildInjector(
                  new LifecycleModule(LifecycleTiming.withGrace(grace)), service.module(context));
      Lifecycle lifecycle = injector.getInstance(Lifecycle.class);
      lifecycle.start();
      return new ServiceFixture(threads, metrics, injector, lifecycle);
    } catch (RuntimeException failed) {
      threads.close();
      metrics.close();
      throw failed;
    }
  }

  /** Returns a client of the service's HTTP server. */
  public JsonClient http() {
    return new JsonClient(uri());
  }

  /** Returns where the HTTP server listens. */
  public URI uri() {
    return injector.getInstance(HttpServer.class).uri();
  }

  /** Returns a channel to the service's gRPC server, closed with the fixture. */
  public ManagedChannel channel() {
    ManagedChannel channel =
        NettyChannelBuilder.forTarget(injector.getInstance(GrpcServer.class).target())
            .usePlaintext()
            .build();
    channels.add(channel);
    return channel;
  }

  /** Returns something that the service binds. */
  public <T> T get(Class<T> type) {
    return injector.getInstance(type);
  }

  /** Returns something that the service binds. */
  public <T> T get(Key<T> key) {
    return injector.getInstance(key);
  }

  /** Returns what was measured, in the format of Prometheus. */
  public String metrics() {
    return metrics.text();
  }

  /** Stops the service as the launcher does. */
  public void stop() {
    lifecycle.stop();
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    stop();
    threads.close();
    metrics.close();
  }
}
