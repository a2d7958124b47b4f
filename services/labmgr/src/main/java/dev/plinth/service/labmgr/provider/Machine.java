package dev.plinth.service.labmgr.provider;

import java.util.Arrays;
import java.util.Optional;

/**
 * A machine as its cloud describes it.
 *
 * <p>Immutable.
 *
 * @param token what it was asked for with
 * @param id the cloud's name for it
 * @param address where it is reached
 * @param state how far it is
 */
public record Machine(String token, String id, String address, State state) {

  /** How far a machine is. */
  public enum State {
    /** It is being made. */
    PROVISIONING,
    /** It runs, the lab software does not. */
    RUNNING,
    /** The lab software is starting. */
    STARTING,
    /** The lab software runs without a licence. */
    SERVING,
    /** The licence is being taken. */
    LICENSING,
    /** The lab software runs with a licence. */
    LICENSED,
    /** The licence is being given back. */
    UNLICENSING,
    /** The lab software is stopping. */
    STOPPING,
    /** It is being given back. */
    TERMINATING;

    /** Returns the state of a name. */
    static Optional<State> of(String name) {
      return Arrays.stream(values()).filter(state -> state.name().equals(name)).findFirst();
    }
  }
}
