package dev.plinth.service.ztap;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.http.HttpConfig;
import dev.plinth.chassis.http.HttpModule;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.service.ztap.cluster.ClusterModule;
import dev.plinth.service.ztap.cluster.ClusterNode;
import dev.plinth.service.ztap.cluster.NodeIdentity;
import dev.plinth.spi.Store;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Binds one node of the ZTAP cluster and its HTTP server. */
public final class ZtapModule extends AbstractModule {
  private final ZtapConfig config;
  private final HttpConfig http;

  ZtapModule(ZtapConfig config, HttpConfig http) {
    this.config = config;
    this.http = http;
  }

  @Override
  protected void configure() {
    bind(ZtapConfig.class).toInstance(config);
    // The server first: parts of one phase start in the order of their bindings.
    install(new HttpModule(http));
    install(new ClusterModule());
    bind(NodeLoop.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Managed.class).addBinding().to(NodeLoop.class);
  }

  /**
   * Returns a demonstration of three nodes, of which one crashes and one stops.
   *
   * @param store where they meet; outlives the demonstration and should hold no other cluster
   * @param out takes what it has to tell, line by line
   * @return the demonstration, which has not begun
   */
  public static ZtapDemo demo(Store store, Consumer<String> out) {
    Map<String, ClusterNode> nodes = new LinkedHashMap<>();
    for (String id : List.of("node1", "node2", "node3")) {
      String address = "127.0.0.1:909" + id.charAt(id.length() - 1);
      nodes.put(
          id,
          ClusterModule.node(
              store,
              new NodeIdentity(id, address, Optional.empty(), Map.of()),
              ZtapDemo.TIMING,
              "/ztap",
              "/ztap/election",
              new SimpleMeterRegistry()));
    }
    return new ZtapDemo(nodes, store.runtime(), out);
  }
}
