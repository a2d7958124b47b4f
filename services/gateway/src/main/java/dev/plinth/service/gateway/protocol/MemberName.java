package dev.plinth.service.gateway.protocol;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What the gateway is called among the members of the cluster.
 *
 * <p>Immutable.
 *
 * @param value for people, in the list of members
 * @param address where it listens, which tells gateways of one name apart
 * @param clientUrls where clients reach it; empty for where it listens
 */
public record MemberName(String value, String address, List<String> clientUrls) {
  /** Copies the list. */
  public MemberName {
    requireNonNull(value, "value");
    requireNonNull(address, "address");
    clientUrls = List.copyOf(clientUrls);
  }
}
