package dev.plinth.service.gateway;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.tck.Ports;
import java.util.List;
import java.util.Map;

/** A Hazelcast cluster of one member, in this process. Holds nothing. */
final class Hazelcast {
  private Hazelcast() {}

  /** Opens a store on a cluster of its own. */
  static Store open(StoreRuntime runtime) {
    int port = Ports.free();
    Map<String, Object> settings =
        Map.of(
            "cluster-name",
            "gateway-" + port,
            "port",
            port,
            "port-count",
            1,
            "members",
            List.of("127.0.0.1:" + port),
            "cluster-size",
            1,
            "request-timeout",
            "15s");
    return StoreProvider.named("hazelcast").open(Settings.of(settings), runtime);
  }
}
