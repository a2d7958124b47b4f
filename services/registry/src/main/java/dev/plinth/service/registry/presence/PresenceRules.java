package dev.plinth.service.registry.presence;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long registrations live and how many there may be.
 *
 * <p>Immutable.
 *
 * @param keyPrefix below which the keys are
 * @param ttl how long a registration lives without a heartbeat, whole seconds
 * @param heartbeatInterval how often gateways are asked to renew, whole seconds
 * @param deviceLimit how many devices of one user may be registered
 * @param lookupLimit how many users one bulk look-up may name
 * @param progressInterval how often an idle watch tells its position
 */
public record PresenceRules(
    String keyPrefix,
    Duration ttl,
    Duration heartbeatInterval,
    int deviceLimit,
    int lookupLimit,
    Duration progressInterval) {

  /** How many heartbeats must fit into the time to live, so that one may be lost. */
  private static final int FEWEST_HEARTBEATS = 2;

  /** Checks that nothing is null. */
  public PresenceRules {
    requireNonNull(keyPrefix, "keyPrefix");
    requireNonNull(ttl, "ttl");
    requireNonNull(heartbeatInterval, "heartbeatInterval");
    requireNonNull(progressInterval, "progressInterval");
  }

  /**
   * Says what is unsound about the times.
   *
   * @return one sentence each, empty if they are sound
   */
  public List<String> violations() {
    List<String> violations = new ArrayList<>();
    if (ttl.toSeconds() < 2 || ttl.toNanosPart() != 0) {
      violations.add("ttl must be whole seconds, at least 2s, is " + written(ttl));
    }
    if (heartbeatInterval.isZero() || heartbeatInterval.toNanosPart() != 0) {
      violations.add(
          "heartbeat-interval must be whole seconds, at least 1s, is "
              + written(heartbeatInterval));
    }
    if (ttl.compareTo(heartbeatInterval.multipliedBy(FEWEST_HEARTBEATS)) < 0) {
      violations.add(
          "ttl must be at least "
              + FEWEST_HEARTBEATS
              + " times the heartbeat interval, or one lost heartbeat ends a registration: "
              + written(ttl)
              + " against "
              + written(heartbeatInterval));
    }
    if (progressInterval.isZero()) {
      violations.add("watch-progress-interval must be above zero");
    }
    return violations;
  }

  private static String written(Duration duration) {
    return duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
  }
}
