package dev.plinth.service.ztap.cluster;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;

/**
 * Who a node is before it has joined anything.
 *
 * <p>Immutable.
 *
 * @param id unique in the cluster
 * @param address where others reach it, host and port
 * @param clusterId the cluster it must belong to; nothing for whichever the prefix holds
 * @param metadata what it says about itself
 */
public record NodeIdentity(
    String id, String address, Optional<String> clusterId, Map<String, String> metadata) {
  /**
   * Checks the grammar and copies the map.
   *
   * @throws IllegalArgumentException if the id or the address is not one
   */
  public NodeIdentity {
    requireNonNull(clusterId, "clusterId");
    metadata = Map.copyOf(metadata);
    if (!NodeNames.isId(id)) {
      throw new IllegalArgumentException("node id '" + id + "' " + NodeNames.ID_RULE);
    }
    if (!NodeNames.isAddress(address)) {
      throw new IllegalArgumentException("address '" + address + "' " + NodeNames.ADDRESS_RULE);
    }
  }
}
