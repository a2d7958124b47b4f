package dev.plinth.service.labmgr.control;

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

  /** Notes that a resource is looked at again after a failure. */
  void retried(String kind) {
    registry.counter("labmgr.reconcile.retries", "kind", kind).increment();
  }

  /** Returns what holds the number of resources that wait. */
  AtomicInteger depth(String kind) {
    AtomicInteger depth = new AtomicInteger();
    Gauge.builder("labmgr.queue.depth", depth, AtomicInteger::get)
        .description("Resources that wait to be looked at.")
        .tag("kind", kind)
        .register(registry);
    return depth;
  }
}
