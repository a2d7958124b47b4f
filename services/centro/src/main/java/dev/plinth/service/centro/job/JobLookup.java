package dev.plinth.service.centro.job;

import dev.plinth.service.centro.document.InvalidDocument;

/** What is stored under the name of a job. */
public sealed interface JobLookup {
  /**
   * A job.
   *
   * @param stored it
   */
  record Found(StoredJob stored) implements JobLookup {}

  /**
   * Something that cannot be read.
   *
   * @param document where, and what is wrong
   */
  record Unreadable(InvalidDocument document) implements JobLookup {}

  /** Nothing. */
  record Missing() implements JobLookup {}
}
