package dev.plinth.service.centro.dispatch;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.http.Routes;
import dev.plinth.chassis.lifecycle.Managed;
import io.grpc.BindableService;

/** Binds what happens between nodes and jobs. */
public final class DispatchModule extends AbstractModule {
  private final DispatchTiming timing;

  /**
   * A module with its values.
   *
   * @param timing how long nodes may take
   */
  public DispatchModule(DispatchTiming timing) {
    this.timing = requireNonNull(timing, "timing");
  }

  @Override
  protected void configure() {
    bind(DispatchTiming.class).toInstance(timing);
    bind(DispatchRepository.class).in(Singleton.class);
    bind(QueueRepository.class).in(Singleton.class);
    bind(JobQueue.class).in(Singleton.class);
    bind(DispatchMetrics.class).in(Singleton.class);
    bind(Dispatch.class).in(Singleton.class);
    bind(RecoveryLoop.class).in(Singleton.class);
    bind(NodeAgentGrpc.class).in(Singleton.class);
    bind(StatsRoutes.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), Routes.class).addBinding().to(StatsRoutes.class);
    Multibinder.newSetBinder(binder(), BindableService.class).addBinding().to(NodeAgentGrpc.class);
    Multibinder<Managed> parts = Multibinder.newSetBinder(binder(), Managed.class);
    parts.addBinding().to(QueueRepository.class);
    parts.addBinding().to(RecoveryLoop.class);
  }
}
