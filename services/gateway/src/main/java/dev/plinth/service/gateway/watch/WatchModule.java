package dev.plinth.service.gateway.watch;

import static java.util.Objects.requireNonNull;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.lifecycle.Managed;
import io.grpc.BindableService;

/** Binds watches. */
public final class WatchModule extends AbstractModule {
  private final WatchTiming timing;

  /**
   * Watches with their timing.
   *
   * @param timing how often idle watches are told about progress
   */
  public WatchModule(WatchTiming timing) {
    this.timing = requireNonNull(timing, "timing");
  }

  @Override
  protected void configure() {
    bind(WatchTiming.class).toInstance(timing);
    bind(WatchStreams.class).in(Singleton.class);
    bind(EtcdWatchGrpc.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), BindableService.class).addBinding().to(EtcdWatchGrpc.class);
    Multibinder.newSetBinder(binder(), Managed.class).addBinding().to(WatchStreams.class);
  }
}
