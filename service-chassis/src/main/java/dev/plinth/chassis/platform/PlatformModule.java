package dev.plinth.chassis.platform;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.plinth.chassis.health.StoreHealth;
import dev.plinth.chassis.http.HttpThreads;
import dev.plinth.chassis.metrics.MetricsPage;
import dev.plinth.chassis.metrics.PrometheusMetrics;
import dev.plinth.chassis.time.Pause;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreRuntime;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Binds what all services of one process share: the store, its time, the measurements and the
 * threads of the HTTP servers. Makes the injector strict, and those below it.
 */
public final class PlatformModule extends AbstractModule {
  private final Store store;
  private final PrometheusMetrics metrics;
  private final HttpThreads threads;

  /**
   * Shares what the caller opened, and closes after the services.
   *
   * @param store where coordination data lives
   * @param metrics what is measured
   * @param threads what HTTP servers run on
   */
  public PlatformModule(Store store, PrometheusMetrics metrics, HttpThreads threads) {
    this.store = requireNonNull(store, "store");
    this.metrics = requireNonNull(metrics, "metrics");
    this.threads = requireNonNull(threads, "threads");
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    binder().requireAtInjectOnConstructors();
    binder().requireExactBindingAnnotations();
    binder().disableCircularProxies();
    StoreRuntime runtime = store.runtime();
    bind(Store.class).toInstance(store);
    bind(StoreRuntime.class).toInstance(runtime);
    bind(InstantSource.class).toInstance(runtime::now);
    bind(RandomGenerator.class).toInstance(runtime.random());
    bind(MeterRegistry.class).toInstance(metrics.registry());
    bind(MetricsPage.class).toInstance(metrics);
    bind(HttpThreads.class).toInstance(threads);
    bind(StoreHealth.class).in(Singleton.class);
    bind(Pause.class).in(Singleton.class);
  }
}
