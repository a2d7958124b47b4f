package dev.plinth.service.labmgr.worker;

import com.google.inject.AbstractModule;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.plinth.service.labmgr.control.Reconciler;
import dev.plinth.service.labmgr.resource.ResourceKind;

/** Binds the kind LabWorker and its controller. */
public final class WorkerModule extends AbstractModule {
  private final LabWorkerTiming timing;
  private final SecretReferences secrets;

  /**
   * The kind and its controller.
   *
   * @param timing how patient the controller is
   * @param secrets what specifications may refer to
   */
  public WorkerModule(LabWorkerTiming timing, SecretReferences secrets) {
    this.timing = timing;
    this.secrets = secrets;
  }

  @Override
  protected void configure() {
    bind(LabWorkerTiming.class).toInstance(timing);
    bind(SecretReferences.class).toInstance(secrets);
    bind(LabWorkerKind.class).in(Singleton.class);
    bind(LabWorkerReconciler.class).in(Singleton.class);
    Multibinder.newSetBinder(binder(), ResourceKind.class).addBinding().to(LabWorkerKind.class);
    Multibinder.newSetBinder(binder(), Reconciler.class).addBinding().to(LabWorkerReconciler.class);
  }
}
