package dev.plinth.service.labmgr.resource;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import jakarta.inject.Inject;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What is measured of resources. Thread-safe. */
final class ResourceMetrics {
  @Inject
  ResourceMetrics(MeterRegistry registry, ResourceInformerLoop informer, Set<ResourceKind> kinds) {
    TimeGauge.builder(
            "labmgr.cache.age", informer, TimeUnit.MILLISECONDS, loop -> loop.age().toMillis())
        .description("How long ago the store was heard of by the cache.")
        .register(registry);
    for (ResourceKind kind : kinds) {
      Gauge.builder("labmgr.resources", informer, loop -> loop.count(kind.plural()))
          .description("Resources that are stored.")
          .tag("kind", kind.name())
          .register(registry);
      Gauge.builder("labmgr.resources.invalid", informer, loop -> loop.invalid(kind.plural()))
          .description("Stored values that cannot be read as resources.")
          .tag("kind", kind.name())
          .register(registry);
    }
  }
}
