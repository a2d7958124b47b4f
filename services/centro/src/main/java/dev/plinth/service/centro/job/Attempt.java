package dev.plinth.service.centro.job;

import dev.plinth.service.centro.id.NodeId;
import java.time.Instant;
import java.util.Optional;

/**
 * One time that a job was handed out.
 *
 * <p>Immutable.
 *
 * @param number from 1, given out once
 * @param node to whom
 * @param reservedAt when
 * @param endedAt when it was over, if it is
 * @param result how it ended; empty while it lasts
 */
public record Attempt(
    int number, NodeId node, Instant reservedAt, Optional<Instant> endedAt, String result) {
  Attempt ended(Instant at, String how) {
    return new Attempt(number, node, reservedAt, Optional.of(at), how);
  }
}
