package dev.plinth.spi.election;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;

/**
 * Who leads, as the store sees it.
 *
 * <p>Immutable.
 *
 * @param key the leader's key
 * @param lease what its leadership lives on
 * @param proposal what it proclaimed last
 * @param token of its term
 * @since 0.1
 */
public record Leader(Key key, LeaseId lease, Bytes proposal, FencingToken token) {
  /** Checks that nothing is null. */
  public Leader {
    requireNonNull(key, "key");
    requireNonNull(lease, "lease");
    requireNonNull(proposal, "proposal");
    requireNonNull(token, "token");
  }
}
