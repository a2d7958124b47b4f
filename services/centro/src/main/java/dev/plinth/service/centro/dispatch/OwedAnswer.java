package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;

/**
 * A job that was taken back from a node that may not know it yet.
 *
 * <p>Immutable.
 *
 * @param node who had it
 * @param job its name
 * @param attempt the number of the attempt that was taken back
 */
record OwedAnswer(NodeId node, JobId job, int attempt) {}
