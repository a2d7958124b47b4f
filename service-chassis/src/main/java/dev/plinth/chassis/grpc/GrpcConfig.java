package dev.plinth.chassis.grpc;

import static java.util.Objects.requireNonNull;

import dev.plinth.chassis.ServiceContext;
import dev.plinth.chassis.auth.BindAddress;
import dev.plinth.spi.SettingsException;

/**
 * Where a gRPC server listens.
 *
 * <p>Immutable.
 *
 * @param service whose server it is, for messages
 * @param bindAddress on which address
 * @param port on which port; 0 for any that is free
 * @param key the configuration key of the port, for messages
 */
public record GrpcConfig(String service, BindAddress bindAddress, int port, String key) {
  private static final int HIGHEST_PORT = 65_535;
  private static final String KEY = "grpc-port";

  /** Checks that nothing is null and the port is one. */
  public GrpcConfig {
    requireNonNull(service, "service");
    requireNonNull(bindAddress, "bindAddress");
    requireNonNull(key, "key");
    if (port < 0 || port > HIGHEST_PORT) {
      throw new SettingsException(key, port + " is not a port");
    }
  }

  /**
   * Reads {@code grpc-port} from the section of a service.
   *
   * @param context of the service
   * @param defaultPort if nothing is written
   * @return where to listen, with the offset added unless the port is 0
   * @throws SettingsException if it is no port
   */
  public static GrpcConfig from(ServiceContext context, int defaultPort) {
    return of(context, context.settings().integer(KEY, defaultPort, 0, HIGHEST_PORT));
  }

  /**
   * Returns where to listen on a port that the service has read itself.
   *
   * @param context of the service
   * @param port the port before the offset; 0 for any
   * @return where to listen, with the offset added unless the port is 0
   * @throws SettingsException if the sum is no port
   */
  public static GrpcConfig of(ServiceContext context, int port) {
    String key = context.settings().path().isEmpty() ? KEY : context.settings().path() + "." + KEY;
    return new GrpcConfig(
        context.name(), context.bindAddress(), port == 0 ? 0 : port + context.portOffset(), key);
  }
}
