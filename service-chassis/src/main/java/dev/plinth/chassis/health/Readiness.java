package dev.plinth.chassis.health;

import dev.plinth.chassis.lifecycle.LifecycleStatus;
import dev.plinth.chassis.lifecycle.LifecycleStatus.State;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Whether a service can do its work: it runs, its store can be reached, and every check is good.
 *
 * <p>Thread-safe. Asking blocks no longer than a second.
 */
public final class Readiness {
  private final LifecycleStatus status;
  private final StoreHealth store;
  private final Set<HealthCheck> checks;

  @Inject
  Readiness(LifecycleStatus status, StoreHealth store, Set<HealthCheck> checks) {
    this.status = status;
    this.store = store;
    this.checks = Set.copyOf(checks);
  }

  /**
   * Asks everything.
   *
   * @return how each thing is, by its name
   */
  public Map<String, Health> details() {
    Map<String, Health> details = new LinkedHashMap<>();
    State state = status.state();
    details.put(
        "service",
        state == State.RUNNING ? Health.good() : Health.bad(state.name().toLowerCase(Locale.ROOT)));
    details.put(store.name(), store.check());
    for (HealthCheck check : checks) {
      details.put(check.name(), check.check());
    }
    return details;
  }
}
