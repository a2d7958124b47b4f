package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.service.centro.id.NodeId;
import dev.plinth.service.centro.job.Job;
import dev.plinth.service.centro.job.JobStatus;

/**
 * What recovery has to know of a job that a node has.
 *
 * <p>Immutable.
 *
 * @param job its name
 * @param attempt the number of the attempt
 * @param node who has it
 * @param isUnclaimed whether the node has yet to claim it
 */
record Possession(JobId job, int attempt, NodeId node, boolean isUnclaimed) {
  static Possession of(Job job) {
    return new Possession(
        job.id(), job.attempt(), job.node().orElseThrow(), job.status() == JobStatus.RESERVED);
  }
}
