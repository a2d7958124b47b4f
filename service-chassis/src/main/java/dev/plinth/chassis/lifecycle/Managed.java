package dev.plinth.chassis.lifecycle;

/**
 * A part of a service that runs from start to stop. Contributed through a set binding.
 *
 * <p>Both methods are called at most once, {@link #stop} only after a {@link #start} that returned,
 * each on a thread of its own that is interrupted when the part takes too long.
 */
public interface Managed {
  /**
   * Says when this part starts.
   *
   * @return the phase; within one, parts start in the order in which they were bound
   */
  default Phase phase() {
    return Phase.WORK;
  }

  /**
   * Starts. Returns when the part works, or works behind.
   *
   * @throws StartException if it cannot; what it had begun is undone
   */
  void start();

  /** Stops and waits until nothing of the part runs any more. */
  void stop();
}
