package dev.plinth.service.centro;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.time.Duration;

/**
 * Where Centro listens, and its timing: the section {@code centro}.
 *
 * @param grpcPort where agents reach it, 0 for any free port
 * @param httpPort where the HTTP API listens, 0 for any free port
 * @param nodeTtl how long a node lives without a heartbeat
 * @param nodeGrace how long the jobs of a node that is not alive stay with it
 * @param reportInterval how old a node's document may become while the node says nothing new
 * @param reservation how long a node may take to claim a job
 * @param electionTtl how long a server that vanished keeps others from doing the periodic work
 * @param demoJobs whether two demonstration jobs are submitted, once
 */
public record CentroConfig(
    int grpcPort,
    int httpPort,
    Duration nodeTtl,
    Duration nodeGrace,
    Duration reportInterval,
    Duration reservation,
    Duration electionTtl,
    boolean demoJobs) {

  private static final int LARGEST_PORT = 65535;
  private static final Duration SHORTEST_TTL = Duration.ofSeconds(2);

  /**
   * Reads the section.
   *
   * @param settings the section {@code centro}
   * @return the configuration
   * @throws SettingsException if a key is unknown or a value is wrong
   */
  public static CentroConfig from(Settings settings) {
    settings.allowOnly(
        "grpc-port",
        "http-port",
        "node-ttl",
        "node-grace",
        "report-interval",
        "reservation",
        "election-ttl",
        "demo-jobs");
    return new CentroConfig(
        settings.integer("grpc-port", 50051, 0, LARGEST_PORT),
        settings.integer("http-port", 8080, 0, LARGEST_PORT),
        atLeast(SHORTEST_TTL, settings, "node-ttl", Duration.ofSeconds(60)),
        settings.duration("node-grace", Duration.ofSeconds(10)),
        settings.duration("report-interval", Duration.ofSeconds(15)),
        atLeast(Duration.ofSeconds(1), settings, "reservation", Duration.ofSeconds(30)),
        atLeast(SHORTEST_TTL, settings, "election-ttl", Duration.ofSeconds(15)),
        settings.flag("demo-jobs", false));
  }

  private static Duration atLeast(
      Duration shortest, Settings settings, String key, Duration fallback) {
    Duration duration = settings.duration(key, fallback);
    if (duration.compareTo(shortest) < 0) {
      throw settings.error(key, "must be at least " + shortest.toSeconds() + "s");
    }
    return duration;
  }
}
