package dev.plinth.chassis;

import com.google.inject.Module;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;

/**
 * A service that the launcher can start beside others, in one process and on one store.
 *
 * <p>Immutable. Its module is installed in an injector of its own, below one that binds {@link
 * dev.plinth.spi.Store}, {@link dev.plinth.spi.StoreRuntime}, {@link java.time.InstantSource},
 * {@link io.micrometer.core.instrument.MeterRegistry} and what {@code PlatformModule} adds. It
 * contributes {@code Managed}, {@code HealthCheck}, {@code Routes} and {@code
 * io.grpc.BindableService} through set bindings, which are thus per service.
 */
public interface Service {
  /**
   * Returns the name, which is also the key of the service's section in the configuration.
   *
   * @return such as {@code centro}
   */
  String name();

  /**
   * Checks settings without starting anything, so that a mistake is found although the service is
   * not selected.
   *
   * @param settings the section of this service
   * @throws SettingsException if a key is unknown or a value is wrong
   */
  void check(Settings settings);

  /**
   * Returns the bindings of the service.
   *
   * @param context its settings and where it runs
   * @return a module for an injector of its own
   * @throws SettingsException if a key is unknown or a value is wrong
   */
  Module module(ServiceContext context);
}
