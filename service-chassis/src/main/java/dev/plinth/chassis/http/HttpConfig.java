package dev.plinth.chassis.http;

import static java.util.Objects.requireNonNull;

import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.auth.BindAddress;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;

/**
 * Where an HTTP server listens.
 *
 * <p>Immutable.
 *
 * @param service whose server it is, for metrics and messages
 * @param bindAddress on which address
 * @param port on which port; 0 for any that is free
 * @param key the configuration key of the port, for messages
 */
public record HttpConfig(String service, BindAddress bindAddress, int port, String key) {
  private static final int HIGHEST_PORT = 65_535;
  private static final String KEY = "http-port";

  /** Checks that nothing is null and the port is one. */
  public HttpConfig {
    requireNonNull(service, "service");
    requireNonNull(bindAddress, "bindAddress");
    requireNonNull(key, "key");
    if (port < 0 || port > HIGHEST_PORT) {
      throw new SettingsException(key, port + " is not a port");
    }
  }

  /**
   * Reads {@code http-port} from the section of a service.
   *
   * @param context of the service
   * @param defaultPort if nothing is written
   * @return where to listen, with the offset added unless the port is 0
   * @throws SettingsException if it is no port
   */
  public static HttpConfig from(ServiceContext context, int defaultPort) {
    return of(context, port(context.settings(), KEY, defaultPort));
  }

  /**
   * Returns where to listen on a port that the service has read itself.
   *
   * @param context of the service
   * @param port the port before the offset; 0 for any
   * @return where to listen, with the offset added unless the port is 0
   * @throws SettingsException if the sum is no port
   */
  public static HttpConfig of(ServiceContext context, int port) {
    String key = context.settings().path().isEmpty() ? KEY : context.settings().path() + "." + KEY;
    return new HttpConfig(
        context.name(), context.bindAddress(), port == 0 ? 0 : port + context.portOffset(), key);
  }

  /**
   * Reads a port.
   *
   * @param settings a section
   * @param key the key of the port
   * @param defaultPort if nothing is written
   * @return the port, 0 for any that is free
   * @throws SettingsException if it is no port
   */
  public static int port(Settings settings, String key, int defaultPort) {
    return settings.integer(key, defaultPort, 0, HIGHEST_PORT);
  }
}
