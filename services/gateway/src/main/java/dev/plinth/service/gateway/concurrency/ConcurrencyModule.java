package dev.plinth.service.gateway.concurrency;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.chassis.lifecycle.Managed;
import io.grpc.BindableService;

/** Binds locks and elections. */
public final class ConcurrencyModule extends AbstractModule {
  @Override
  protected void configure() {
    bind(WaitingCalls.class).in(Singleton.class);
    bind(CandidateUses.class).in(Singleton.class);
    bind(Candidates.class).in(Singleton.class);
    bind(EtcdLockGrpc.class).in(Singleton.class);
    bind(EtcdElectionGrpc.class).in(Singleton.class);
    Multibinder<BindableService> services =
        Multibinder.newSetBinder(binder(), BindableService.class);
    services.addBinding().to(EtcdLockGrpc.class);
    services.addBinding().to(EtcdElectionGrpc.class);
    Multibinder.newSetBinder(binder(), Managed.class).addBinding().to(WaitingCalls.class);
  }
}
