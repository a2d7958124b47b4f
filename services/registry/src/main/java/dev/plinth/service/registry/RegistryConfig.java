package dev.plinth.service.registry;

import static java.util.Objects.requireNonNull;

import dev.plinth.service.registry.presence.PresenceRules;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.time.Duration;

/**
 * Where the registry listens and what it holds registrations to: the section {@code registry}.
 *
 * @param rules times, limits and the place of the keys
 * @param httpPort where the HTTP API listens, 0 for any free port
 */
public record RegistryConfig(PresenceRules rules, int httpPort) {

  private static final int LARGEST_PORT = 65535;
  private static final int MOST_DEVICES = 1000;
  private static final int MOST_USERS = 10_000;

  /** Checks that nothing is null. */
  public RegistryConfig {
    requireNonNull(rules, "rules");
  }

  /**
   * Reads the section.
   *
   * @param settings the section {@code registry}
   * @return the configuration
   * @throws SettingsException if a key is unknown, a value is wrong or the times are unsound
   */
  public static RegistryConfig from(Settings settings) {
    settings.allowOnly(
        "http-port",
        "key-prefix",
        "ttl",
        "heartbeat-interval",
        "device-limit",
        "lookup-limit",
        "watch-progress-interval");
    PresenceRules rules =
        new PresenceRules(
            keyPrefix(settings),
            settings.duration("ttl", Duration.ofSeconds(90)),
            settings.duration("heartbeat-interval", Duration.ofSeconds(30)),
            settings.integer("device-limit", 5, 1, MOST_DEVICES),
            settings.integer("lookup-limit", 1000, 1, MOST_USERS),
            settings.duration("watch-progress-interval", Duration.ofSeconds(15)));
    if (!rules.violations().isEmpty()) {
      throw settings.error("ttl", String.join("; ", rules.violations()));
    }
    return new RegistryConfig(rules, settings.integer("http-port", 8090, 0, LARGEST_PORT));
  }

  private static String keyPrefix(Settings settings) {
    String prefix = settings.string("key-prefix", "/registry");
    while (prefix.endsWith("/")) {
      prefix = prefix.substring(0, prefix.length() - 1);
    }
    if (prefix.isEmpty()) {
      throw settings.error("key-prefix", "must not be the whole store");
    }
    return prefix.startsWith("/") ? prefix : "/" + prefix;
  }
}
