package dev.plinth.service.centro.job;

import dev.plinth.service.centro.id.JobId;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Relation;
import java.util.List;
import java.util.Optional;

/**
 * Where the documents of jobs are; each is in exactly one of these places:
 *
 * <pre>
 * /centro/jobs/queue/{job-id}-{submit time, milliseconds since 1970}
 * /centro/jobs/active/{job-id}
 * /centro/jobs/history/{job-id}
 * </pre>
 *
 * <p>Immutable.
 */
public final class JobKeys {
  private final KeySpace jobs;

  /**
   * Lays the keys out.
   *
   * @param root what they are below, such as {@code /centro}
   */
  public JobKeys(String root) {
    jobs = KeySpace.of(root).child("jobs");
  }

  /**
   * Returns every key of every job.
   *
   * @return the range of all places together
   */
  public KeyRange all() {
    return jobs.below();
  }

  /**
   * Returns the keys of one place.
   *
   * @param place which
   * @return its range
   */
  public KeyRange in(JobStatus.Place place) {
    return jobs.below(place.word());
  }

  /**
   * Returns where a job's document is.
   *
   * @param job with the status that decides
   * @return its key
   */
  public Key of(Job job) {
    return switch (job.status().place()) {
      case QUEUE ->
          jobs.key(JobStatus.Place.QUEUE.word(), job.id() + "-" + job.submittedAt().toEpochMilli());
      case ACTIVE -> active(job.id());
      case HISTORY -> history(job.id());
    };
  }

  /**
   * Returns where a job is that a node has.
   *
   * @param id which
   * @return its key
   */
  public Key active(JobId id) {
    return jobs.key(JobStatus.Place.ACTIVE.word(), id.value());
  }

  /**
   * Returns where a job is that is over.
   *
   * @param id which
   * @return its key
   */
  public Key history(JobId id) {
    return jobs.key(JobStatus.Place.HISTORY.word(), id.value());
  }

  /**
   * Returns where a job may wait. The range can hold jobs whose name goes on with a hyphen; {@link
   * #idOf} tells them apart.
   *
   * @param id which
   * @return the range of its name and any time
   */
  public KeyRange queued(JobId id) {
    return KeyRange.prefix(jobs.key(JobStatus.Place.QUEUE.word(), id + "-"));
  }

  /**
   * Returns the condition that no job waits under a name, or under one that goes on with a hyphen.
   *
   * @param id the name
   * @return the condition
   */
  public Condition noneQueued(JobId id) {
    return new Condition.Version(queued(id), Relation.EQUAL, 0);
  }

  /**
   * Tells which place a key is in.
   *
   * @param key any key
   * @return its place, or nothing if it is in none
   */
  public Optional<JobStatus.Place> placeOf(Key key) {
    for (JobStatus.Place place : JobStatus.Place.values()) {
      if (in(place).contains(key)) {
        return Optional.of(place);
      }
    }
    return Optional.empty();
  }

  /**
   * Tells which job a key is for.
   *
   * @param key a key in one of the places
   * @return its name, or nothing if the key is none that a job can have
   */
  public Optional<JobId> idOf(Key key) {
    Optional<List<String>> segments = jobs.parse(key).filter(list -> list.size() == 2);
    if (segments.isEmpty()) {
      return Optional.empty();
    }
    String name = segments.get().getLast();
    if (segments.get().getFirst().equals(JobStatus.Place.QUEUE.word())) {
      int hyphen = name.lastIndexOf('-');
      if (hyphen < 0 || !name.substring(hyphen + 1).chars().allMatch(c -> c >= '0' && c <= '9')) {
        return Optional.empty();
      }
      name = name.substring(0, hyphen);
    }
    return Optional.of(name).filter(JobId::isValid).map(JobId::of);
  }
}
