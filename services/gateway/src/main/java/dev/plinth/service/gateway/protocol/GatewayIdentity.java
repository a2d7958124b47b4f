package dev.plinth.service.gateway.protocol;

import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.lifecycle.Phase;
import dev.plinth.chassis.lifecycle.StartException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import jakarta.inject.Inject;
import java.util.HexFormat;

/**
 * Who the gateway is, as numbers that clients compare: the cluster is the store's data, the member
 * is this gateway.
 *
 * <p>Thread-safe; known once it was started.
 */
public final class GatewayIdentity implements Managed {
  private static final int HEX_DIGITS = 16;
  private static final long HASH_START = 0xcbf29ce484222325L;
  private static final long HASH_FACTOR = 0x100000001b3L;

  private final Store store;
  private final MemberName name;

  private volatile long clusterId;
  private volatile long memberId;

  @Inject
  GatewayIdentity(Store store, MemberName name) {
    this.store = store;
    this.name = name;
  }

  @Override
  public Phase phase() {
    return Phase.PREPARE;
  }

  @Override
  public void start() {
    String incarnation;
    try {
      incarnation = store.status().incarnation();
    } catch (StoreException failed) {
      throw new StartException(
          "the gateway cannot tell whose data it serves: " + failed.getMessage(), failed);
    }
    clusterId = number(incarnation);
    memberId = hash(incarnation + '/' + name.value() + '@' + name.address());
  }

  @Override
  public void stop() {
    // It stays who it was.
  }

  /**
   * Returns whose data it is.
   *
   * @return the same for every gateway on a store, another one for other data; never zero
   */
  public long clusterId() {
    return clusterId;
  }

  /**
   * Returns which gateway it is.
   *
   * @return the same after a restart; never zero
   */
  public long memberId() {
    return memberId;
  }

  /** The incarnation of an etcd store is the number that its servers show themselves. */
  private static long number(String incarnation) {
    boolean hexadecimal =
        !incarnation.isEmpty()
            && incarnation.length() <= HEX_DIGITS
            && incarnation.chars().allMatch(HexFormat::isHexDigit);
    long number = hexadecimal ? Long.parseUnsignedLong(incarnation, HEX_DIGITS) : 0;
    return number == 0 ? hash(incarnation) : number;
  }

  private static long hash(String text) {
    long hash = HASH_START;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * HASH_FACTOR;
    }
    return hash == 0 ? 1 : hash;
  }
}
