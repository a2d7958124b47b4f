package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.document.InvalidDocuments;
import dev.plinth.service.centro.job.JobStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;

/**
 * What is counted.
 *
 * <p>Thread-safe.
 */
final class DispatchMetrics {
  private final MeterRegistry registry;
  private final Counter handedOut;
  private final Counter refusedReports;

  @Inject
  DispatchMetrics(MeterRegistry registry, QueueRepository queue, InvalidDocuments invalid) {
    this.registry = registry;
    handedOut =
        Counter.builder("centro.jobs.handed.out")
            .description("jobs that this server reserved for nodes")
            .register(registry);
    refusedReports =
        Counter.builder("centro.reports.refused")
            .description("reports on jobs that this server refused")
            .register(registry);
    Gauge.builder("centro.queue.depth", queue, QueueRepository::depth)
        .description("jobs that wait, not a number while this server does not know")
        .register(registry);
    Gauge.builder("centro.documents.invalid", invalid, InvalidDocuments::count)
        .description("stored documents that this server came across and cannot read")
        .register(registry);
  }

  void handedOut() {
    handedOut.increment();
  }

  void refusedReport() {
    refusedReports.increment();
  }

  void finished(JobStatus status) {
    Counter.builder("centro.jobs.finished")
        .description("jobs that nodes finished, by final status")
        .tag("status", status.word())
        .register(registry)
        .increment();
  }

  void takenBack(String reason) {
    Counter.builder("centro.jobs.requeued")
        .description("jobs that were taken back from nodes, by reason")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }
}
