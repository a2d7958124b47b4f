package dev.plinth.service.labmgr.control;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is measured of controllers. Thread-safe. */
final class ControllerMetrics {
  private final MeterRegistry registry;

  @Inject
  ControllerMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Notes one look at a resource. */
  void reconciled(String kind, String outcome, long nanoseconds) {
    Timer.builder("labmgr.reconcile")
        .description("Time of one look at a resource.")
        .tag("kind", kind)
        .tag("outcome", outcome)
        .register(registry)
        .record(nanoseconds, TimeUnit.NANOSECONDS);
  }

  /** What is measured of one controller all the time. */
  record Standing(AtomicInteger depth, Counter retries) {}

  /** Begins to measure a controller. */
  Standing of(String kind) {
    AtomicInteger depth = new AtomicInteger();
    Gauge.builder("labmgr.queue.depth", depth, AtomicInteger::get)
        .description("Resources that wait to be looked at.")
        .tag("kind", kind)
        .register(registry);
    Counter retries =
        Counter.builder("labmgr.reconcile.retries")
            .description("Looks that were put off after a failure.")
            .tag("kind", kind)
            .register(registry);
    return new Standing(depth, retries);
  }
}
