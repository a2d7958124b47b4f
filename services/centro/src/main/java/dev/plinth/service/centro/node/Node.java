package dev.plinth.service.centro.node;

import java.time.Instant;

/**
 * The document of a node.
 *
 * <p>Immutable.
 *
 * @param report what it last said about itself
 * @param lastHeartbeat when; may be some seconds older than the last heartbeat if that said nothing
 *     new
 * @param registeredAt when it came
 */
public record Node(NodeReport report, Instant lastHeartbeat, Instant registeredAt) {}
