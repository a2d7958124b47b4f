package dev.plinth.service.centro.job;

import dev.plinth.service.centro.document.InvalidDocument;

/** How a request to cancel a job ended. */
public sealed interface Cancellation {
  /**
   * The job is cancelled.
   *
   * @param job as it is now
   */
  record Done(Job job) implements Cancellation {}

  /**
   * The job does not wait any more.
   *
   * @param job as it is
   */
  record TooLate(Job job) implements Cancellation {}

  /**
   * The job's document cannot be read.
   *
   * @param document where, and what is wrong
   */
  record Unreadable(InvalidDocument document) implements Cancellation {}

  /** There is no such job. */
  record Missing() implements Cancellation {}
}
