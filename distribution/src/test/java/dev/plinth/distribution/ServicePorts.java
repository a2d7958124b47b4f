package dev.plinth.distribution;

import dev.plinth.spi.Settings;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The ports that the services listen on. */
final class ServicePorts {
  private static final Map<String, Integer> DEFAULTS =
      Map.of(
          "centro.grpc-port", 50051,
          "centro.http-port", 8080,
          "ztap.http-port", 9090,
          "labmgr.http-port", 8003,
          "registry.http-port", 8090);

  private ServicePorts() {}

  static Set<Integer> of(Settings settings) {
    int offset = settings.integer("port-offset", 0, 0, 10_000);
    Set<Integer> ports = new TreeSet<>();
    DEFAULTS.forEach((key, port) -> {
      int dot = key.indexOf('.');
      ports.add(
          offset
              + settings
                  .section(key.substring(0, dot))
                  .integer(key.substring(dot + 1), port, 0, 65_535));
    });
    return ports;
  }
}
