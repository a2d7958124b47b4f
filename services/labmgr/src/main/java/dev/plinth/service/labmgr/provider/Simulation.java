package dev.plinth.service.labmgr.provider;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * The script of the simulated cloud: how long things take, and what goes wrong.
 *
 * <p>Immutable.
 *
 * @param delays how long each action takes; what is not listed is done at once
 * @param temporaryErrors how many times each action fails for each machine before it is accepted
 * @param refused messages of the actions that are refused for good
 * @param lostAfter how long after it was made a machine vanishes, as spot machines do
 */
public record Simulation(
    Map<Action, Duration> delays,
    Map<Action, Integer> temporaryErrors,
    Map<Action, String> refused,
    Optional<Duration> lostAfter) {

  /** What a cloud can be asked for. */
  public enum Action {
    /** A machine. */
    PROVISION("provision"),
    /** To start the lab software. */
    START("start"),
    /** A licence. */
    LICENSE("license"),
    /** To end labs. */
    DRAIN("drain"),
    /** To give the licence back. */
    UNLICENSE("unlicense"),
    /** To stop the lab software. */
    STOP("stop"),
    /** To give the machine back. */
    TERMINATE("terminate");

    private final String text;

    Action(String text) {
      this.text = text;
    }

    /** Returns the name in the configuration. */
    public String text() {
      return text;
    }

    /** Returns the action of a name in the configuration. */
    public static Optional<Action> of(String text) {
      return Arrays.stream(values()).filter(action -> action.text.equals(text)).findFirst();
    }
  }

  /** Copies the maps. */
  public Simulation {
    delays = Map.copyOf(delays);
    temporaryErrors = Map.copyOf(temporaryErrors);
    refused = Map.copyOf(refused);
  }

  /** Returns a cloud in which everything succeeds after these delays. */
  public static Simulation of(Map<Action, Duration> delays) {
    return new Simulation(delays, Map.of(), Map.of(), Optional.empty());
  }

  Duration delay(Action action) {
    return delays.getOrDefault(action, Duration.ZERO);
  }
}
