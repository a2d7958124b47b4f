package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.job.JobStatus;
import java.util.Map;

/**
 * How many there are of everything, at one revision.
 *
 * <p>Immutable.
 *
 * @param nodes registered
 * @param healthyNodes of them alive
 * @param queued jobs that wait
 * @param active jobs that nodes have
 * @param finished jobs that are over
 * @param byStatus of them, those that nodes finished, by their final status
 */
public record Stats(
    long nodes,
    long healthyNodes,
    long queued,
    long active,
    long finished,
    Map<JobStatus, Long> byStatus) {
  /** Copies the map. */
  public Stats {
    byStatus = Map.copyOf(byStatus);
  }
}
