package dev.plinth.service.registry.presence;

import static com.google.inject.multibindings.Multibinder.newSetBinder;
import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import dev.plinth.chassis.http.Routes;
import dev.plinth.chassis.lifecycle.Managed;

/** Binds the presence feature. */
public final class PresenceModule extends AbstractModule {
  private final PresenceRules rules;

  /**
   * The feature under some rules.
   *
   * @param rules times, limits and the place of the keys
   */
  public PresenceModule(PresenceRules rules) {
    this.rules = requireNonNull(rules, "rules");
  }

  @Override
  protected void configure() {
    bind(PresenceRules.class).toInstance(rules);
    bind(RegistrationCodec.class).in(Singleton.class);
    bind(DeviceRepository.class).in(Singleton.class);
    bind(PresenceMetrics.class).in(Singleton.class);
    bind(PresenceCodec.class).in(Singleton.class);
    bind(Devices.class).in(Singleton.class);
    bind(Presences.class).in(Singleton.class);
    bind(RemovalLoop.class).in(Singleton.class);
    newSetBinder(binder(), Managed.class).addBinding().to(RemovalLoop.class);
    newSetBinder(binder(), Routes.class).addBinding().to(PresenceRoutes.class);
    bind(PresenceRoutes.class).in(Singleton.class);
  }
}
