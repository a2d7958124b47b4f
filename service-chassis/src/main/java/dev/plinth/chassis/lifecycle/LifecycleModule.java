package dev.plinth.chassis.lifecycle;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;

/**
 * Binds the {@link Lifecycle} of one service. Whoever builds the service's injector installs it
 * beside the service's own module.
 */
public final class LifecycleModule extends AbstractModule {
  private final LifecycleTiming timing;

  /**
   * A lifecycle with its deadlines.
   *
   * @param timing how long parts may take
   */
  public LifecycleModule(LifecycleTiming timing) {
    this.timing = timing;
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), Managed.class);
    bind(LifecycleTiming.class).toInstance(timing);
    bind(LifecycleStatus.class).in(Singleton.class);
    bind(Lifecycle.class).in(Singleton.class);
  }
}
