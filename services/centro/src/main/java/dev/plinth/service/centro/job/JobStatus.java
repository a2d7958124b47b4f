package dev.plinth.service.centro.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far a job is. Each status belongs to one place in the store, and the last ones are final. */
public enum JobStatus {
  /** Waits for a node. */
  QUEUED(Place.QUEUE),
  /** Handed out to a node that has not claimed it yet. */
  RESERVED(Place.ACTIVE),
  /** Taken by a node. */
  CLAIMED(Place.ACTIVE),
  /** Its node prepares it. */
  PROVISIONING(Place.ACTIVE),
  /** Its node runs it. */
  RUNNING(Place.ACTIVE),
  /** Ended well. */
  COMPLETED(Place.HISTORY),
  /** Ended badly. */
  FAILED(Place.HISTORY),
  /** Stopped on its node. */
  STOPPED(Place.HISTORY),
  /** Withdrawn before a node had it. */
  CANCELLED(Place.HISTORY);

  /** Where a document is kept. */
  public enum Place {
    /** Waiting. */
    QUEUE,
    /** With a node. */
    ACTIVE,
    /** Over. */
    HISTORY;

    /**
     * Returns the word that keys and requests use.
     *
     * @return lower case
     */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Place place;

  JobStatus(Place place) {
    this.place = place;
  }

  /**
   * Returns where a job of this status is kept.
   *
   * @return the one place
   */
  public Place place() {
    return place;
  }

  /**
   * Returns the word that documents, requests and agents use.
   *
   * @return lower case
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Finds a status by its word.
   *
   * @param word any text
   * @return the status, or nothing if there is none of that word
   */
  public static Optional<JobStatus> ofWord(String word) {
    return Arrays.stream(values()).filter(status -> status.word().equals(word)).findFirst();
  }

  /**
   * Says whether the status is final.
   *
   * @return whether nothing follows
   */
  public boolean isFinal() {
    return place == Place.HISTORY;
  }

  /**
   * Says whether an agent may report this status at all.
   *
   * @return whether it is one of an agent's words
   */
  public boolean isReportable() {
    return switch (this) {
      case PROVISIONING, RUNNING, COMPLETED, FAILED, STOPPED -> true;
      case QUEUED, RESERVED, CLAIMED, CANCELLED -> false;
    };
  }

  /**
   * Says whether the agent that has the job may report that it is now in another status.
   *
   * @param next the other
   * @return whether that goes forward, or repeats what is known
   */
  public boolean mayBecome(JobStatus next) {
    return next.isReportable()
        && switch (this) {
          case CLAIMED, PROVISIONING, RUNNING -> next.compareTo(this) >= 0;
          case QUEUED, RESERVED, COMPLETED, FAILED, STOPPED, CANCELLED -> false;
        };
  }
}
