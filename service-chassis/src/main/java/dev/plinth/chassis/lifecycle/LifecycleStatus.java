package dev.plinth.chassis.lifecycle;

import jakarta.inject.Inject;

/**
 * Where a service is between its start and its end.
 *
 * <p>Thread-safe; written by {@link Lifecycle} alone.
 */
public final class LifecycleStatus {
  /** The stations of a service's life. */
  public enum State {
    /** Not all parts work yet. */
    STARTING,
    /** All parts work. */
    RUNNING,
    /** What is under way is finished, nothing new is begun. */
    DRAINING,
    /** Nothing runs. */
    STOPPED
  }

  private volatile State state = State.STARTING;

  @Inject
  LifecycleStatus() {}

  /**
   * Returns where the service is.
   *
   * @return its state now
   */
  public State state() {
    return state;
  }

  void become(State next) {
    state = next;
  }
}
