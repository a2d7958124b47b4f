package dev.plinth.service.ztap.cluster;

import dev.plinth.chassis.error.UnavailableException;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Where the node of this process is found once it has started; its address is known only when the
 * HTTP server listens.
 *
 * <p>Thread-safe.
 */
public final class LocalNode {
  private volatile Optional<ClusterNode> node = Optional.empty();

  @Inject
  LocalNode() {}

  /**
   * Takes the node, when it starts.
   *
   * @param started the node
   */
  public void take(ClusterNode started) {
    node = Optional.of(started);
  }

  /**
   * Returns the cluster as the node of this process knows it.
   *
   * @return the cluster
   * @throws UnavailableException if the node has not started
   */
  public Cluster cluster() {
    return node.orElseThrow(() -> new UnavailableException("the node is starting")).cluster();
  }
}
