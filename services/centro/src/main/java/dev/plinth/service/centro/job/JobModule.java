package dev.plinth.service.centro.job;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.http.Routes;

/** Binds the job feature. */
public final class JobModule extends AbstractModule {
  private final String root;
  private final DemoJobs.Wish demo;

  /**
   * A module with its values.
   *
   * @param root what all keys are below
   * @param demo whether demonstration jobs are wanted
   */
  public JobModule(String root, DemoJobs.Wish demo) {
    this.root = requireNonNull(root, "root");
    this.demo = requireNonNull(demo, "demo");
  }

  @Override
  protected void configure() {
    bind(JobKeys.class).toInstance(new JobKeys(root));
    bind(DemoJobs.Wish.class).toInstance(demo);
    bind(JobCodec.class).in(Singleton.class);
    bind(JobRepository.class).in(Singleton.class);
    bind(JobIds.class).in(Singleton.class);
    bind(Jobs.class).in(Singleton.class);
    bind(WaitingReasons.class).in(Singleton.class);
    bind(DemoJobs.class).in(Singleton.class);
    bind(JobRoutes.class).in(Singleton.class);
    bind(SubmitRoutes.class).in(Singleton.class);
    Multibinder<Routes> routes = Multibinder.newSetBinder(binder(), Routes.class);
    routes.addBinding().to(JobRoutes.class);
    routes.addBinding().to(SubmitRoutes.class);
  }
}
