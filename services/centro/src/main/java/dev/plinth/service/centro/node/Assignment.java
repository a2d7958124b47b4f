package dev.plinth.service.centro.node;

import dev.plinth.service.centro.job.Resources;

/**
 * A job that a node has.
 *
 * <p>Immutable.
 *
 * @param attempt the number of the attempt
 * @param phase how far the node is with it
 * @param resources what it needs
 * @param isCharged whether it is taken off what the node last reported as free
 */
public record Assignment(int attempt, Phase phase, Resources resources, boolean isCharged) {

  /** How far a node is with a job. */
  public enum Phase {
    /** Handed out; the node owes a claim. */
    RESERVED,
    /** Claimed; what the node reports may not show it yet. */
    CLAIMED,
    /** Running; the node's next report shows it. */
    STARTED
  }

  Assignment in(Phase next) {
    return new Assignment(attempt, next, resources, isCharged);
  }

  Assignment uncharged() {
    return new Assignment(attempt, phase, resources, false);
  }
}
