package dev.plinth.service.centro.node;

import java.time.Duration;

/**
 * How long a node lives without a heartbeat, and how often what it says is written.
 *
 * <p>Immutable.
 *
 * @param ttl the time to live of its lease
 * @param reportInterval how old the document of a node may become while the node says nothing new
 */
public record NodeTiming(Duration ttl, Duration reportInterval) {}
