package dev.plinth.distribution.wiring;

import dev.plinth.chassis.Service;
import dev.plinth.chassis.auth.BindAddress;
import dev.plinth.service.gateway.GatewayConfig;
import dev.plinth.service.gateway.GatewayService;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Keeps the gateway from listening where the store expects its server, which would be the gateway
 * asking itself. Holds nothing.
 */
final class GatewayPort {
  private static final String BACKEND = "etcd";

  /** What the etcd store connects to when nothing is written. */
  private static final String DEFAULT_ENDPOINT = "localhost:2379";

  private GatewayPort() {}

  /**
   * Checks the addresses against each other.
   *
   * @throws SettingsException if they are the same
   */
  static void check(
      Settings settings,
      List<Service> services,
      String backend,
      BindAddress bindAddress,
      int portOffset) {
    boolean starts = services.stream().anyMatch(each -> each.name().equals(GatewayService.NAME));
    if (!starts || !backend.equals(BACKEND)) {
      return;
    }
    Settings gateway = settings.section(GatewayService.NAME);
    int written = GatewayConfig.from(gateway).port();
    int port = written == 0 ? 0 : written + portOffset;
    List<String> endpoints =
        settings.section("store").section(BACKEND).strings("endpoints", List.of(DEFAULT_ENDPOINT));
    for (String endpoint : endpoints) {
      if (isThere(endpoint, port, bindAddress.address())) {
        throw gateway.error(
            "port",
            "the gateway would listen at "
                + endpoint
                + ", where store.etcd.endpoints expects etcd itself; choose another port");
      }
    }
  }

  private static boolean isThere(String endpoint, int port, InetAddress bound) {
    try {
      URI uri = new URI(endpoint.contains("://") ? endpoint : "http://" + endpoint);
      if (uri.getHost() == null || uri.getPort() != port) {
        return false;
      }
      InetAddress host = InetAddress.getByName(uri.getHost());
      return host.equals(bound)
          || (host.isLoopbackAddress() && bound.isLoopbackAddress())
          || (bound.isAnyLocalAddress() && NetworkInterface.getByInetAddress(host) != null);
    } catch (URISyntaxException | UnknownHostException | SocketException elsewhere) {
      // What cannot be found here is not here.
      return false;
    }
  }
}
