package dev.plinth.service.ztap.cluster;

import java.time.Instant;
import java.util.Map;

/**
 * A node that an operator says belongs to the cluster, whether it lives or not.
 *
 * <p>Immutable.
 *
 * @param id of the node
 * @param address where it is expected, host and port
 * @param declaredAt when it was declared
 * @param metadata anything the operator wants to say
 */
public record DeclaredMember(
    String id, String address, Instant declaredAt, Map<String, String> metadata) {
  /** Copies the map. */
  public DeclaredMember {
    metadata = Map.copyOf(metadata);
  }
}
