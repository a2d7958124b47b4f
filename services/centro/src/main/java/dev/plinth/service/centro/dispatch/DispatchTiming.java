package dev.plinth.service.centro.dispatch;

import java.time.Duration;

/**
 * How long nodes and servers may take.
 *
 * <p>Immutable.
 *
 * @param reservation to claim a job
 * @param nodeTtl to send a heartbeat; also how long after a take-over no node counts as lost
 * @param nodeGrace to come back before its jobs are taken from it
 * @param electionTtl to be missed, for the elected server, before another one is elected
 * @param look how often the elected server looks
 */
public record DispatchTiming(
    Duration reservation,
    Duration nodeTtl,
    Duration nodeGrace,
    Duration electionTtl,
    Duration look) {}
