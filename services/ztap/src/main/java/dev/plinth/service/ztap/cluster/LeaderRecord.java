package dev.plinth.service.ztap.cluster;

import java.time.Instant;

/**
 * Who leads, as it says itself.
 *
 * <p>Immutable.
 *
 * @param id of the node
 * @param address where it can be reached
 * @param incarnation of its process
 * @param term the fencing token; rises with each change of leadership
 * @param electedAt when it won, by its own clock
 */
public record LeaderRecord(
    String id, String address, String incarnation, long term, Instant electedAt) {}
