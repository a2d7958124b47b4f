package dev.plinth.service.centro.job;

import java.util.Optional;

/**
 * Which jobs a list shows.
 *
 * <p>Immutable.
 *
 * @param place where they are, or nothing for everywhere
 * @param status which status they have, or nothing for any
 */
public record JobFilter(Optional<JobStatus.Place> place, Optional<JobStatus> status) {
  /** Every job. */
  public static final JobFilter ALL = new JobFilter(Optional.empty(), Optional.empty());

  /** The words in words, to be put behind the offending text. */
  public static final String RULE =
      "must be queued, active, reserved, claimed, provisioning, running, finished, completed,"
          + " failed, stopped or cancelled";

  /**
   * Parses the word of a request.
   *
   * @param word a status, or {@code active} or {@code finished} for several
   * @return the filter, or nothing if there is none of that word
   */
  public static Optional<JobFilter> ofWord(String word) {
    return switch (word) {
      case "active" -> Optional.of(in(JobStatus.Place.ACTIVE));
      case "finished" -> Optional.of(in(JobStatus.Place.HISTORY));
      default ->
          JobStatus.ofWord(word)
              .map(status -> new JobFilter(Optional.of(status.place()), Optional.of(status)));
    };
  }

  private static JobFilter in(JobStatus.Place place) {
    return new JobFilter(Optional.of(place), Optional.empty());
  }

  boolean shows(Job job) {
    return status.isEmpty() || status.get() == job.status();
  }
}
