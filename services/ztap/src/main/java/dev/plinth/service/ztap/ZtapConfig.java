package dev.plinth.service.ztap;

import dev.plinth.service.ztap.cluster.ClusterTiming;
import dev.plinth.service.ztap.cluster.NodeNames;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a ZTAP node is called, where its keys are, and its timing: the section {@code ztap}.
 *
 * @param nodeId the node's name, unique in the cluster; nothing for host name and port
 * @param nodeAddress where others reach it, host and port; nothing for 127.0.0.1 and the HTTP port
 * @param clusterId which cluster this node belongs to; nothing for whichever the prefix holds
 * @param keyPrefix below which all keys are
 * @param leaderElectionKey the key of the leader, above the candidates
 * @param timing session, heartbeat and election times
 * @param httpPort where the HTTP API listens, 0 for any free port
 */
public record ZtapConfig(
    Optional<String> nodeId,
    Optional<String> nodeAddress,
    Optional<String> clusterId,
    String keyPrefix,
    String leaderElectionKey,
    ClusterTiming timing,
    int httpPort) {

  private static final int LARGEST_PORT = 65535;

  /**
   * Reads the section.
   *
   * @param settings the section {@code ztap}
   * @return the configuration
   * @throws SettingsException if a key is unknown, a value is wrong or the timing is unsound
   */
  public static ZtapConfig from(Settings settings) {
    settings.allowOnly(
        "node-id",
        "node-address",
        "cluster-id",
        "key-prefix",
        "leader-election-key",
        "session-ttl",
        "heartbeat-interval",
        "election-timeout",
        "http-port");
    String prefix = path(settings, "key-prefix", "/ztap");
    return new ZtapConfig(
        checked(settings, "node-id", NodeNames.ID_RULE, NodeNames::isId),
        checked(settings, "node-address", NodeNames.ADDRESS_RULE, NodeNames::isAddress),
        checked(settings, "cluster-id", NodeNames.ID_RULE, NodeNames::isId),
        prefix,
        path(settings, "leader-election-key", prefix + "/election"),
        timing(settings),
        settings.integer("http-port", 9090, 0, LARGEST_PORT));
  }

  private static ClusterTiming timing(Settings settings) {
    ClusterTiming timing =
        new ClusterTiming(
            settings.duration("session-ttl", Duration.ofSeconds(60)),
            settings.duration("heartbeat-interval", Duration.ofSeconds(5)),
            settings.duration("election-timeout", Duration.ofSeconds(15)));
    if (!timing.violations().isEmpty()) {
      throw settings.error("heartbeat-interval", String.join("; ", timing.violations()));
    }
    return timing;
  }

  private static Optional<String> checked(
      Settings settings, String key, String rule, Predicate<String> check) {
    Optional<String> text = settings.optionalString(key);
    if (text.isPresent() && !check.test(text.get())) {
      throw settings.error(key, "'" + text.get() + "' " + rule);
    }
    return text;
  }

  private static String path(Settings settings, String key, String fallback) {
    String path = settings.string(key, fallback);
    while (path.endsWith("/")) {
      path = path.substring(0, path.length() - 1);
    }
    if (path.isEmpty()) {
      throw settings.error(key, "must not be the whole store");
    }
    return path.startsWith("/") ? path : "/" + path;
  }
}
