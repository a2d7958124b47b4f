package dev.plinth.service.ztap;

import dev.plinth.chassis.http.HttpServer;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.lifecycle.Phase;
import dev.plinth.chassis.lifecycle.StartException;
import dev.plinth.service.ztap.cluster.ClusterModule;
import dev.plinth.service.ztap.cluster.ClusterNode;
import dev.plinth.service.ztap.cluster.LocalNode;
import dev.plinth.service.ztap.cluster.Membership;
import dev.plinth.service.ztap.cluster.NodeIdentity;
import dev.plinth.spi.Store;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;

/**
 * Starts this process's node when the HTTP server listens, because the node's address is that of
 * the server, and stops it before the server.
 *
 * <p>Thread-safe.
 */
final class NodeLoop implements Managed {
  private final Store store;
  private final ZtapConfig config;
  private final HttpServer server;
  private final LocalNode local;
  private final MeterRegistry registry;

  private volatile Optional<ClusterNode> node = Optional.empty();

  @Inject
  NodeLoop(
      Store store, ZtapConfig config, HttpServer server, LocalNode local, MeterRegistry registry) {
    this.store = store;
    this.config = config;
    this.server = server;
    this.local = local;
    this.registry = registry;
  }

  @Override
  public Phase phase() {
    return Phase.SERVE;
  }

  @Override
  public void start() {
    ClusterNode starting =
        ClusterModule.node(
            store,
            identity(),
            config.timing(),
            config.keyPrefix(),
            config.leaderElectionKey(),
            registry);
    local.take(starting);
    node = Optional.of(starting);
    try {
      Membership membership = starting.start();
      if (membership.phase() == Membership.Phase.REFUSED) {
        starting.stop();
        throw new StartException("ztap: " + membership.reason());
      }
    } catch (InterruptedException hurried) {
      starting.stop();
      Thread.currentThread().interrupt();
      throw new StartException("ztap: the start was interrupted", hurried);
    }
  }

  @Override
  public void stop() {
    node.ifPresent(ClusterNode::stop);
  }

  private NodeIdentity identity() {
    int port = server.port();
    return new NodeIdentity(
        config.nodeId().orElseGet(() -> hostName() + ":" + port),
        config.nodeAddress().orElseGet(() -> server.uri().getAuthority()),
        config.clusterId(),
        Map.of());
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "-");
    } catch (UnknownHostException nameless) {
      return "localhost";
    }
  }
}
