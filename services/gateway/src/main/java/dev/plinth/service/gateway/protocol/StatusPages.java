package dev.plinth.service.gateway.protocol;

import dev.plinth.chassis.grpc.PlainPages;
import dev.plinth.chassis.health.Health;
import dev.plinth.chassis.health.StoreHealth;
import dev.plinth.chassis.metrics.MetricsPage;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The pages that etcd shows on its client port.
 *
 * <p>Thread-safe.
 */
final class StatusPages implements PlainPages {
  private static final String JSON = "application/json";
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  /**
   * The pages of memory that the kernel counts for this process; where there is no such file, none.
   */
  private static final Path MEMORY = Path.of("/proc/self/statm");

  private static final int PAGE_BYTES = 4096;

  private final StoreHealth health;
  private final MetricsPage metrics;
  private final Alarms alarms;

  @Inject
  StatusPages(StoreHealth health, MetricsPage metrics, Alarms alarms) {
    this.health = health;
    this.metrics = metrics;
    this.alarms = alarms;
  }

  @Override
  public Optional<Page> page(String path) {
    return switch (path) {
      case "/health" -> Optional.of(health());
      case "/version" ->
          Optional.of(
              new Page(
                  OK,
                  JSON,
                  "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\"}"
                      .formatted(
                          ResponseHeaders.PROTOCOL_VERSION, ResponseHeaders.CLUSTER_VERSION)));
      case "/metrics" ->
          Optional.of(new Page(OK, MetricsPage.MEDIA_TYPE, metrics.text() + residentMemory()));
      default -> Optional.empty();
    };
  }

  private Page health() {
    if (!alarms.raised().isEmpty()) {
      return new Page(UNAVAILABLE, JSON, "{\"health\":\"false\",\"reason\":\"ALARM\"}");
    }
    Health answer = health.check();
    return answer.healthy()
        ? new Page(OK, JSON, "{\"health\":\"true\",\"reason\":\"\"}")
        : new Page(UNAVAILABLE, JSON, "{\"health\":\"false\",\"reason\":\"RANGE ERROR\"}");
  }

  /** Under the name that etcdctl looks for when it checks how much memory data takes. */
  private static String residentMemory() {
    try {
      String[] pages = Files.readString(MEMORY, StandardCharsets.US_ASCII).split(" ", -1);
      return "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes "
          + Long.parseLong(pages[1]) * PAGE_BYTES
          + "\n";
    } catch (IOException | NumberFormatException unknown) {
      return "";
    }
  }
}
