package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.job.Job;

/** What a node that asks for work is told. */
public sealed interface Offer {
  /**
   * A job, reserved for it.
   *
   * @param job to be claimed
   */
  record Given(Job job) implements Offer {}

  /**
   * No job, this time.
   *
   * @param reason why, for people
   */
  record None(String reason) implements Offer {}
}
