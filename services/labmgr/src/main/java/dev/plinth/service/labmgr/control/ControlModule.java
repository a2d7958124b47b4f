package dev.plinth.service.labmgr.control;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.lifecycle.Managed;

/** Binds what runs controllers. Each {@link Reconciler} is added to the set of them. */
public final class ControlModule extends AbstractModule {
  private final ControllerTerms terms;

  /**
   * Controllers that take turns.
   *
   * @param terms how
   */
  public ControlModule(ControllerTerms terms) {
    this.terms = terms;
  }

  @Override
  protected void configure() {
    Multibinder.newSetBinder(binder(), Reconciler.class);
    bind(ControllerTerms.class).toInstance(terms);
    bind(ControllerMetrics.class).in(Singleton.class);
    bind(LeadingLoop.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Managed.class).addBinding().to(LeadingLoop.class);
  }
}
