package dev.plinth.service.centro.job;

import dev.plinth.spi.Entry;

/**
 * A job as it was read, with what a conditional write needs.
 *
 * <p>Immutable.
 *
 * @param job what it says
 * @param entry the version that was read
 */
public record StoredJob(Job job, Entry entry) {
  /**
   * Returns the job's place among those of its priority.
   *
   * @return its sequence: the revision that first put it into the queue
   */
  public long sequence() {
    return job.sequence().orElse(entry.created().value());
  }
}
