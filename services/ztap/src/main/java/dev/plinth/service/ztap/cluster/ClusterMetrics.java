package dev.plinth.service.ztap.cluster;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/**
 * The metrics of the cluster, under the names that dashboards know.
 *
 * <p>Thread-safe.
 */
final class ClusterMetrics {
  private final MeterRegistry registry;
  private final Counter elected;
  private final Timer failover;

  ClusterMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.elected =
        Counter.builder("ztap_cluster_leader_elected_total")
            .description("How often this node became leader")
            .register(registry);
    this.failover =
        Timer.builder("ztap_cluster_failover_duration_seconds")
            .description("From the end of a leadership in the store to this node's own")
            .serviceLevelObjectives(
                Duration.ofMillis(1),
                Duration.ofMillis(10),
                Duration.ofMillis(100),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1))
            .register(registry);
  }

  /** Shows the number of nodes whose session lives. */
  void nodes(ClusterView view) {
    // Exposition formats reserve the suffix _total for counters, and dashboards know this name; so
    // the number is published as one, although it falls when a node goes.
    FunctionCounter.builder("ztap_cluster_nodes_total", view, ClusterView::aliveCount)
        .description("Nodes whose session lives, as this node sees them")
        .register(registry);
  }

  void elected() {
    elected.increment();
  }

  void failedOver(Duration vacancy) {
    failover.record(vacancy);
  }
}
