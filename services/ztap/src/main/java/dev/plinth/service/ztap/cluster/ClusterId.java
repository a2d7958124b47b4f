package dev.plinth.service.ztap.cluster;

import java.time.Instant;

/**
 * The identity of the cluster that lives under a key prefix, written once.
 *
 * <p>Immutable.
 *
 * @param id configured, or drawn by the first node
 * @param createdAt when it was written
 * @param createdBy which node wrote it
 */
record ClusterId(String id, Instant createdAt, String createdBy) {}
