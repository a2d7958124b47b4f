package dev.plinth.chassis;

import static java.util.Objects.requireNonNull;

import dev.plinth.chassis.auth.BindAddress;
import dev.plinth.spi.Settings;

/**
 * What a service is told when it is built.
 *
 * <p>Immutable.
 *
 * @param name of the service
 * @param settings the section of the service
 * @param bindAddress where servers listen
 * @param portOffset added to every port but 0
 */
public record ServiceContext(
    String name, Settings settings, BindAddress bindAddress, int portOffset) {
  /** Checks that nothing is null. */
  public ServiceContext {
    requireNonNull(name, "name");
    requireNonNull(settings, "settings");
    requireNonNull(bindAddress, "bindAddress");
  }
}
