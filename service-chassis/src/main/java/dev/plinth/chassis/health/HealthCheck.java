package dev.plinth.chassis.health;

/**
 * Something without which a service cannot do its work. Contributed through a set binding; the
 * service is not ready while any is not healthy. Thread-safe.
 */
public interface HealthCheck {
  /**
   * Returns what is checked.
   *
   * @return kebab-case
   */
  String name();

  /**
   * Says how it is. Never blocks on I/O.
   *
   * @return its health as last known
   */
  Health check();
}
