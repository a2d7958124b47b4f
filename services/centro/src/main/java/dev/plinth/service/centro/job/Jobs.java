package dev.plinth.service.centro.job;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.spi.Key;
import dev.plinth.spi.Revision;
import jakarta.inject.Inject;
import java.time.InstantSource;

/**
 * Submits, finds, lists and cancels jobs.
 *
 * <p>Thread-safe.
 */
public final class Jobs {
  private final JobRepository repository;
  private final JobIds ids;
  private final InstantSource clock;

  @Inject
  Jobs(JobRepository repository, JobIds ids, InstantSource clock) {
    this.repository = repository;
    this.ids = ids;
    this.clock = clock;
  }

  /**
   * Queues a job under a new name.
   *
   * @param spec what is asked for
   * @return the queued job
   */
  public Job submit(JobSpec spec) {
    while (true) {
      Job job = Job.submitted(ids.next(), spec, clock.instant());
      if (repository.create(job)) {
        return job;
      }
      // Another job has this name already; as good as impossible.
    }
  }

  /**
   * Queues a job under a given name, once.
   *
   * @param id its name
   * @param spec what is asked for
   * @return whether there was no job of this name, waiting, active or over
   */
  public boolean submitOnce(JobId id, JobSpec spec) {
    return repository.create(Job.submitted(id, spec, clock.instant()));
  }

  /**
   * Finds a job wherever it is.
   *
   * @param id its name
   * @return what is stored under it
   */
  public JobLookup find(JobId id) {
    return repository.find(id);
  }

  /**
   * Cancels a job that waits.
   *
   * @param id its name
   * @return how that ended
   */
  public Cancellation cancel(JobId id) {
    while (true) {
      switch (repository.find(id)) {
        case JobLookup.Missing none -> {
          return new Cancellation.Missing();
        }
        case JobLookup.Unreadable unreadable -> {
          return new Cancellation.Unreadable(unreadable.document());
        }
        case JobLookup.Found(StoredJob stored) -> {
          if (stored.job().status() != JobStatus.QUEUED) {
            return new Cancellation.TooLate(stored.job());
          }
          Job cancelled = stored.job().cancelled("cancelled on request", clock.instant());
          if (repository.cancel(stored, cancelled)) {
            return new Cancellation.Done(cancelled);
          }
          // It moved since it was read, which someone else can do only finitely often.
        }
      }
    }
  }

  /**
   * Lists jobs as they are now.
   *
   * @param filter which
   * @param limit how many at most
   * @return the first page
   */
  public JobPage list(JobFilter filter, int limit) {
    return repository.list(filter, limit);
  }

  /**
   * Goes on with a list.
   *
   * @param filter which
   * @param limit how many at most
   * @param at the revision of the first page
   * @param behind the last key of the page before
   * @return the next page
   */
  public JobPage list(JobFilter filter, int limit, Revision at, Key behind) {
    return repository.list(filter, limit, at, behind);
  }
}
