package dev.plinth.chassis.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * The measurements of a process.
 *
 * <p>Thread-safe. Make one per process, or per test; whoever makes it closes it.
 */
public final class PrometheusMetrics implements MetricsPage, AutoCloseable {
  private final PrometheusMeterRegistry registry;

  private PrometheusMetrics(PrometheusMeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Starts to measure, with what the JVM says about itself.
   *
   * @return the measurements
   */
  public static PrometheusMetrics start() {
    PrometheusMeterRegistry registry =
        new PrometheusMeterRegistry(
            PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM);
    JvmMeters.bindTo(registry);
    return new PrometheusMetrics(registry);
  }

  /**
   * Returns where meters are registered.
   *
   * @return always the same instance
   */
  public MeterRegistry registry() {
    return registry;
  }

  @Override
  public String text() {
    return registry.scrape(MEDIA_TYPE);
  }

  @Override
  public void close() {
    registry.close();
  }
}
