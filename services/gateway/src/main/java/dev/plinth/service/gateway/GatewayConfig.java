package dev.plinth.service.gateway;

import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;

/**
 * Where the gateway listens, and what it says of itself: the section {@code gateway}.
 *
 * @param port where etcd's clients reach it, 0 for any free port
 * @param name of this member
 * @param clientUrls what the list of members tells clients to connect to; empty for where the
 *     gateway listens
 * @param progressInterval how often an idle watch that wants it is told its position
 */
public record GatewayConfig(
    int port, String name, List<String> clientUrls, Duration progressInterval) {

  private static final int DEFAULT_PORT = 2379;
  private static final int LARGEST_PORT = 65535;
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);

  /** Copies the list. */
  public GatewayConfig {
    clientUrls = List.copyOf(clientUrls);
  }

  /**
   * Reads the section.
   *
   * @param settings the section {@code gateway}
   * @return the configuration
   * @throws SettingsException if a key is unknown or a value is wrong
   */
  public static GatewayConfig from(Settings settings) {
    settings.allowOnly("port", "name", "client-urls", "watch-progress-interval");
    String name = settings.string("name", "plinth");
    if (name.isBlank()) {
      // Clients take a member without a name for one that never started.
      throw settings.error("name", "must not be empty");
    }
    List<String> clientUrls = settings.strings("client-urls", List.of());
    clientUrls.forEach(url -> check(settings, url));
    Duration interval = settings.duration("watch-progress-interval", Duration.ofMinutes(10));
    if (interval.compareTo(SHORTEST_INTERVAL) < 0) {
      throw settings.error("watch-progress-interval", "must be at least 100ms");
    }
    return new GatewayConfig(
        settings.integer("port", DEFAULT_PORT, 0, LARGEST_PORT), name, clientUrls, interval);
  }

  private static void check(Settings settings, String url) {
    try {
      URI uri = new URI(url);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getPort() > 0) {
        return;
      }
    } catch (URISyntaxException wrong) {
      throw settings.error("client-urls", "'" + url + "' is no URL: " + wrong.getReason());
    }
    throw settings.error(
        "client-urls", "'" + url + "' is not like http://host:2379, which clients connect to");
  }
}
