package dev.plinth.service.labmgr.worker;

import dev.plinth.chassis.error.FieldError;
import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.service.labmgr.control.Reconciler;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.provider.LabProvider;
import dev.plinth.service.labmgr.provider.Machine;
import dev.plinth.service.labmgr.provider.Machine.State;
import dev.plinth.service.labmgr.provider.ProviderException;
import dev.plinth.service.labmgr.resource.Identities;
import dev.plinth.service.labmgr.resource.LabResource;
import dev.plinth.service.labmgr.resource.ResourceKind;
import dev.plinth.service.labmgr.resource.ResourceName;
import dev.plinth.service.labmgr.resource.Resources;
import dev.plinth.service.labmgr.resource.Stored;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Secret;
import dev.plinth.spi.StoreRuntime;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Walks a worker from its wish to its end, one phase at a time.
 *
 * <p>Thread-safe.
 */
public final class LabWorkerReconciler implements Reconciler {
  /** Keeps a worker until its machine is gone. */
  public static final String FINALIZER = "lab.plinth.dev/lab-worker-controller";

  /*
   * Each call reads the worker anew from the store, takes at most one step, and stores the step
   * under the version it read and the leadership it has. What a phase does outside happens only
   * after the phase is stored, and only through requests that the provider treats as one however
   * often they are made. So a step that was cut off anywhere is simply taken again, by this
   * instance or by its successor; and one that was overtaken changes nothing.
   */

  private static final String PROVISIONED = "EC2Provisioned";
  private static final String SOFTWARE_READY = "CMLReady";
  private static final String LICENSED = "Licensed";
  private static final String ACCEPTING = "AcceptingLabs";

  private final LabWorkerKind kind;
  private final Resources resources;
  private final LabProvider provider;
  private final SecretReferences secrets;
  private final LabWorkerTiming timing;
  private final StoreRuntime runtime;

  @Inject
  LabWorkerReconciler(
      LabWorkerKind kind,
      Resources resources,
      LabProvider provider,
      SecretReferences secrets,
      LabWorkerTiming timing,
      StoreRuntime runtime) {
    this.kind = kind;
    this.resources = resources;
    this.provider = provider;
    this.secrets = secrets;
    this.timing = timing;
    this.runtime = runtime;
  }

  @Override
  public ResourceKind kind() {
    return kind;
  }

  @Override
  public Outcome reconcile(ResourceName name, List<Condition> guards) {
    Optional<Stored> found = resources.find(kind, name);
    if (found.isEmpty() || !(found.get() instanceof LabResource resource)) {
      return new Outcome.Settled();
    }
    LabWorkerLook look = new LabWorkerLook(LabWorker.of(resource), guards);
    try {
      return step(look);
    } catch (ProviderException failure) {
      return noteFailure(look, failure);
    }
  }

  private Outcome step(LabWorkerLook look) throws ProviderException {
    LabWorker worker = look.worker();
    Optional<Phase> wayOut = worker.phase().wayOut();
    if (worker.mustEnd() && wayOut.isPresent()) {
      String why = worker.resource().metadata().isDeleting() ? "Deleting" : "Ending";
      return store(
          look,
          look.status(
              wayOut.get(), look.fails(ACCEPTING, why, "The worker is being brought to its end.")));
    }
    return switch (worker.phase()) {
      case PENDING -> begin(look);
      case PROVISIONING_EC2 -> provision(look);
      case EC2_READY ->
          store(
              look,
              look.status(
                  Phase.STARTING,
                  look.fails(SOFTWARE_READY, "Starting", "The lab software is starting.")));
      case STARTING -> start(look);
      case READY_UNLICENSED -> serveUnlicensed(look);
      case LICENSING -> license(look);
      case READY, ACTIVE -> serve(look);
      case DRAINING -> drain(look);
      case UNLICENSING -> unlicense(look);
      case STOPPING -> stop(look);
      case TERMINATING_EC2 -> terminate(look);
      case TERMINATED -> finish(look);
      case FAILED -> retry(look);
    };
  }

  private Outcome begin(LabWorkerLook look) {
    LabWorker worker = look.worker();
    FieldErrors errors = new FieldErrors();
    kind.spec().check(worker.resource().spec().withoutNulls().members(), "spec", errors);
    if (errors.isEmpty()) {
      kind.checkSpec(worker.spec(), errors);
    }
    if (!errors.isEmpty()) {
      FieldError first = errors.list().getFirst();
      return fail(look, PROVISIONED, "SpecInvalid", first.field() + " " + first.message());
    }
    List<String> finalizers = new ArrayList<>(worker.resource().metadata().finalizers());
    if (!finalizers.contains(FINALIZER)) {
      finalizers.add(FINALIZER);
    }
    Document status =
        look.status(
                Phase.PROVISIONING_EC2,
                look.fails(PROVISIONED, "Provisioning", "A machine is being asked for."))
            .with("provisioningToken", Identities.next(runtime.random()))
            .with("provisioningStarted", runtime.now().toString())
            .without("errorMessage", "ec2InstanceId", "ec2Address", "provisioningCompleted");
    return store(
        look,
        worker
            .resource()
            .withMetadata(worker.resource().metadata().withFinalizers(finalizers))
            .withStatus(status));
  }

  private Outcome provision(LabWorkerLook look) throws ProviderException {
    LabWorker worker = look.worker();
    Optional<String> token = worker.token();
    if (token.isEmpty()) {
      return store(
          look, look.status().with("provisioningToken", Identities.next(runtime.random())));
    }
    Optional<Machine> machine = provider.describe(token.get());
    if (machine.isEmpty()) {
      provider.provision(token.get(), worker.resource().name().toString(), worker.cloud());
      machine = provider.describe(token.get());
    }
    if (machine.isEmpty() || machine.get().state() == State.PROVISIONING) {
      return worker.isOverdue(runtime.now(), timing.provisioning())
          ? fail(
              look,
              PROVISIONED,
              "ProvisioningTimedOut",
              "There was no machine within " + timing.provisioning() + ".")
          : later();
    }
    Document status =
        look.status(
                Phase.EC2_READY,
                look.holds(PROVISIONED, "Provisioned", "Machine " + machine.get().id() + " runs."))
            .with("ec2InstanceId", machine.get().id())
            .with("ec2Address", machine.get().address())
            .with("capacity", LabWorkerModel.capacity(worker.cloud()));
    return store(look, status);
  }

  private Outcome start(LabWorkerLook look) throws ProviderException {
    Optional<Machine> machine = machine(look);
    if (machine.isEmpty()) {
      return lost(look);
    }
    return switch (machine.get().state()) {
      case RUNNING -> {
        provider.start(machine.get().token());
        yield laterUnlessOverdue(look, SOFTWARE_READY);
      }
      case PROVISIONING, STARTING, STOPPING, TERMINATING ->
          laterUnlessOverdue(look, SOFTWARE_READY);
      case SERVING, LICENSING, LICENSED, UNLICENSING ->
          store(
              look,
              look.status(
                  Phase.READY_UNLICENSED,
                  look.holds(SOFTWARE_READY, "Started", "The lab software runs."),
                  look.fails(LICENSED, "NotLicensed", "The lab software has no licence yet."),
                  look.holds(ACCEPTING, "Unlicensed", "Labs within the unlicensed limit.")));
    };
  }

  private Outcome laterUnlessOverdue(LabWorkerLook look, String condition) {
    return look.worker().isOverdue(runtime.now(), timing.starting())
        ? fail(look, condition, "TimedOut", "It was not done within " + timing.starting() + ".")
        : later();
  }

  private Outcome serveUnlicensed(LabWorkerLook look) throws ProviderException {
    if (machine(look).isEmpty()) {
      return lost(look);
    }
    boolean refused =
        StatusCondition.find(look.status(), LICENSED)
            .filter(c -> c.text("reason").equals(Optional.of("LicenseRefused")))
            .filter(c -> c.number("observedGeneration", 0) >= look.worker().generation())
            .isPresent();
    if (look.worker().spec().flag("autoLicense", true) && !refused) {
      return store(
          look,
          look.status(
              Phase.LICENSING, look.fails(LICENSED, "Licensing", "A licence is being asked for.")));
    }
    return watchOver(look);
  }

  private Outcome license(LabWorkerLook look) throws ProviderException {
    Optional<Machine> machine = machine(look);
    if (machine.isEmpty()) {
      return lost(look);
    }
    return switch (machine.get().state()) {
      case LICENSED ->
          store(
              look,
              look.status(
                      Phase.READY,
                      look.holds(LICENSED, "Licensed", "The lab software has its licence."),
                      look.holds(ACCEPTING, "Ready", "The worker takes labs."))
                  .with("provisioningCompleted", runtime.now().toString())
                  .without("errorMessage"));
      case SERVING -> takeLicense(look, machine.get().token());
      case PROVISIONING, RUNNING, STARTING, LICENSING, UNLICENSING, STOPPING, TERMINATING ->
          laterUnlessOverdue(look, LICENSED);
    };
  }

  private Outcome takeLicense(LabWorkerLook look, String token) throws ProviderException {
    Document reference = look.worker().license();
    Optional<Secret> license = secrets.resolve(reference);
    if (!reference.isEmpty() && license.isEmpty()) {
      StatusCondition missing =
          look.fails(LICENSED, "SecretUnavailable", "The licence that is referred to is missing.");
      return note(look, look.status(Phase.LICENSING, missing), "the licence is missing");
    }
    try {
      provider.license(token, license);
    } catch (ProviderException refusal) {
      if (refusal.kind() == ProviderException.Kind.TEMPORARY) {
        throw refusal;
      }
      return store(
          look,
          look.status(
              Phase.READY_UNLICENSED,
              look.fails(LICENSED, "LicenseRefused", "The licence was refused.")));
    }
    return laterUnlessOverdue(look, LICENSED);
  }

  private Outcome serve(LabWorkerLook look) throws ProviderException {
    if (machine(look).isEmpty()) {
      return lost(look);
    }
    Phase right = look.worker().labs().isEmpty() ? Phase.READY : Phase.ACTIVE;
    return right == look.worker().phase() ? watchOver(look) : store(look, look.status(right));
  }

  private Outcome watchOver(LabWorkerLook look) {
    return look.worker().isObserved()
        ? new Outcome.Later(timing.health())
        : store(look, look.status());
  }

  private Outcome drain(LabWorkerLook look) throws ProviderException {
    LabWorker worker = look.worker();
    Optional<Machine> machine = machine(look);
    boolean patient =
        worker.spec().flag("enableDraining", true)
            && !worker.isOverdue(runtime.now(), timing.draining());
    if (patient
        && machine.isPresent()
        && !worker.labs().isEmpty()
        && !provider.endLabs(machine.get().token(), worker.labs())) {
      return later();
    }
    boolean licensed =
        machine
            .map(Machine::state)
            .filter(s -> s == State.LICENSED || s == State.LICENSING || s == State.UNLICENSING)
            .isPresent();
    return store(
        look,
        look.status(licensed ? Phase.UNLICENSING : Phase.STOPPING).with("hostedLabIds", List.of()));
  }

  private Outcome unlicense(LabWorkerLook look) throws ProviderException {
    Optional<Machine> machine = machine(look);
    State state = machine.map(Machine::state).orElse(State.SERVING);
    return switch (state) {
      case LICENSED -> {
        provider.unlicense(machine.orElseThrow().token());
        yield later();
      }
      case LICENSING, UNLICENSING -> later();
      case PROVISIONING, RUNNING, STARTING, SERVING, STOPPING, TERMINATING ->
          store(
              look,
              look.status(
                  Phase.STOPPING,
                  look.fails(LICENSED, "GivenBack", "The licence was given back.")));
    };
  }

  private Outcome stop(LabWorkerLook look) throws ProviderException {
    Optional<Machine> machine = machine(look);
    State state = machine.map(Machine::state).orElse(State.RUNNING);
    return switch (state) {
      case STARTING, SERVING, LICENSING, LICENSED, UNLICENSING -> {
        provider.stop(machine.orElseThrow().token());
        yield later();
      }
      case STOPPING -> later();
      case PROVISIONING, RUNNING, TERMINATING ->
          store(
              look,
              look.status(
                  Phase.TERMINATING_EC2,
                  look.fails(SOFTWARE_READY, "Stopped", "The lab software was stopped.")));
    };
  }

  /** Terminates even what cannot be seen: a request for it may still be on its way. */
  private Outcome terminate(LabWorkerLook look) throws ProviderException {
    Optional<String> token = look.worker().token();
    if (token.isPresent()) {
      provider.terminate(token.get());
      if (provider.describe(token.get()).isPresent()) {
        return later();
      }
    }
    return store(
        look,
        look.status(
            Phase.TERMINATED, look.fails(PROVISIONED, "Terminated", "The machine is gone.")));
  }

  private Outcome finish(LabWorkerLook look) {
    LabResource resource = look.worker().resource();
    if (!resource.metadata().isDeleting()) {
      return look.worker().isObserved() ? new Outcome.Settled() : store(look, look.status());
    }
    List<String> finalizers = new ArrayList<>(resource.metadata().finalizers());
    return finalizers.remove(FINALIZER)
        ? store(look, resource.withMetadata(resource.metadata().withFinalizers(finalizers)))
        : new Outcome.Settled();
  }

  private Outcome retry(LabWorkerLook look) throws ProviderException {
    if (look.worker().isObserved()) {
      return new Outcome.Settled();
    }
    Optional<String> token = look.worker().token();
    if (token.isPresent()) {
      provider.terminate(token.get());
      if (provider.describe(token.get()).isPresent()) {
        return later();
      }
    }
    return store(look, look.status(Phase.PENDING).without("provisioningToken"));
  }

  private Optional<Machine> machine(LabWorkerLook look) throws ProviderException {
    Optional<String> token = look.worker().token();
    return token.isPresent() ? provider.describe(token.get()) : Optional.empty();
  }

  private Outcome lost(LabWorkerLook look) {
    return fail(look, PROVISIONED, "MachineLost", "The machine is gone.");
  }

  private Outcome fail(LabWorkerLook look, String condition, String reason, String message) {
    Document status =
        look.status(
                Phase.FAILED,
                look.fails(condition, reason, message),
                look.fails(ACCEPTING, "Failed", "The worker failed."))
            .with("errorMessage", message)
            .with("errorCount", look.status().number("errorCount", 0) + 1);
    return store(look, status);
  }

  /**
   * What the provider will never do ends the way up; on the way out there is nothing but to ask
   * again, for a machine that cannot be given back is still there.
   */
  private Outcome noteFailure(LabWorkerLook look, ProviderException failure) {
    String message = String.valueOf(failure.getMessage());
    Phase phase = look.worker().phase();
    if (failure.kind() == ProviderException.Kind.REFUSED && phase.mayBecome(Phase.FAILED)) {
      return fail(look, PROVISIONED, "ProviderRefused", message);
    }
    return note(look, look.status().with("errorMessage", message), message);
  }

  /** Stores what went wrong, once, and asks for a growing delay. */
  private Outcome note(LabWorkerLook look, Document status, String reason) {
    Outcome stored = store(look, status);
    return stored instanceof Outcome.Again ? new Outcome.Failed(reason) : stored;
  }

  private Outcome later() {
    return new Outcome.Later(timing.poll());
  }

  private Outcome store(LabWorkerLook look, Document status) {
    return store(look, look.worker().resource().withStatus(status));
  }

  private Outcome store(LabWorkerLook look, LabResource next) {
    LabResource observed =
        next.withStatus(next.status().with("observedGeneration", look.worker().generation()));
    Optional<LabResource> stored =
        resources.control(kind, look.worker().resource(), observed, look.guards());
    return stored.isPresent()
        ? new Outcome.Again()
        : new Outcome.Failed("the worker was changed by someone else");
  }
}
