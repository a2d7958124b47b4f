package dev.plinth.service.labmgr.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.service.labmgr.control.Reconciler.Outcome;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.provider.LabProvider;
import dev.plinth.service.labmgr.provider.ProviderException;
import dev.plinth.service.labmgr.provider.Simulation;
import dev.plinth.service.labmgr.provider.Simulation.Action;
import dev.plinth.service.labmgr.provider.TestProviders;
import dev.plinth.service.labmgr.resource.LabResource;
import dev.plinth.service.labmgr.resource.Preconditions;
import dev.plinth.service.labmgr.resource.ResourceName;
import dev.plinth.service.labmgr.resource.Resources;
import dev.plinth.service.labmgr.resource.TestResources;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Key;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.storage.memory.MemoryStoreProvider;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The walk of a worker, step by step in virtual time. */
final class LabWorkerReconcilerTest {
  private static final ResourceName NAME = new ResourceName("default", "w");
  private static final LabWorkerTiming TIMING =
      new LabWorkerTiming(
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          Duration.ofMinutes(15),
          Duration.ofMinutes(15),
          Duration.ofMinutes(10));

  private final VirtualRuntime runtime = new VirtualRuntime();
  private final Store store = new MemoryStoreProvider().open(Settings.empty(), runtime);
  private final SecretReferences secrets =
      new SecretReferences(
          Set.of("LICENSE", "MISSING"),
          Set.of(),
          name -> name.equals("LICENSE") ? Optional.of("granted") : Optional.empty());
  private final LabWorkerKind kind = new LabWorkerKind(secrets);
  private final Resources resources = TestResources.on(store, kind);

  @AfterEach
  void close() {
    store.close();
    runtime.close();
  }

  private static Simulation script(
      Map<Action, Integer> errors, Map<Action, String> refused, Optional<Duration> lostAfter) {
    Map<Action, Duration> delays = new EnumMap<>(Action.class);
    for (Action action : Action.values()) {
      delays.put(action, Duration.ofSeconds(5));
    }
    return new Simulation(delays, errors, refused, lostAfter);
  }

  private static Simulation calm() {
    return script(Map.of(), Map.of(), Optional.empty());
  }

  private LabWorkerReconciler reconciler(LabProvider provider) {
    return new LabWorkerReconciler(kind, resources, provider, secrets, TIMING, runtime);
  }

  private LabResource create(Map<String, ?> spec) {
    return resources.create(
        kind, "default", Document.of(Map.of("metadata", Map.of("name", "w"), "spec", spec)), false);
  }

  /** Walks until nothing is left to do for a while; returns the phases that were seen. */
  private List<String> walk(LabWorkerReconciler reconciler, Duration patience) {
    List<String> phases = new ArrayList<>();
    Instant end = runtime.now().plus(patience);
    while (runtime.now().isBefore(end)) {
      Outcome outcome = reconciler.reconcile(NAME, List.of());
      resources
          .find(kind, NAME)
          .map(LabResource.class::cast)
          .flatMap(worker -> worker.status().text("phase"))
          .filter(phase -> phases.isEmpty() || !phases.getLast().equals(phase))
          .ifPresent(phases::add);
      switch (outcome) {
        case Outcome.Settled settled -> {
          return phases;
        }
        case Outcome.Again again -> {
          // at once
        }
        case Outcome.Later later -> {
          if (later.delay().equals(TIMING.health())) {
            return phases;
          }
          runtime.advance(later.delay());
        }
        case Outcome.Failed failed -> runtime.advance(Duration.ofSeconds(1));
      }
    }
    return phases;
  }

  private List<String> walk(LabWorkerReconciler reconciler) {
    return walk(reconciler, Duration.ofHours(1));
  }

  private Document condition(String type) {
    return resources.get(kind, NAME).status().children("conditions").stream()
        .filter(each -> each.text("type").equals(Optional.of(type)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aWorkerWalksToReadyAndBackToNothing() throws ProviderException {
    LabProvider provider = TestProviders.simulated(store, calm());
    LabWorkerReconciler reconciler = reconciler(provider);
    create(Map.of());
    assertThat(walk(reconciler))
        .containsExactly(
            "ProvisioningEC2", "EC2Ready", "Starting", "ReadyUnlicensed", "Licensing", "Ready");
    LabResource ready = resources.get(kind, NAME);
    assertThat(ready.status().number("observedGeneration", 0)).isEqualTo(1);
    assertThat(ready.metadata().finalizers()).containsExactly(LabWorkerReconciler.FINALIZER);
    assertThat(provider.machines()).hasSize(1);
    assertThat(condition("Licensed").text("status")).contains("True");

    resources.delete(kind, NAME, Preconditions.NONE, false);
    assertThat(walk(reconciler))
        .containsExactly("Draining", "Unlicensing", "Stopping", "TerminatingEC2", "Terminated");
    assertThat(resources.find(kind, NAME)).isEmpty();
    assertThat(provider.machines()).isEmpty();
  }

  @Test
  void labsAreEndedBeforeTheWorkerEnds() throws ProviderException {
    LabProvider provider = TestProviders.simulated(store, calm());
    LabWorkerReconciler reconciler = reconciler(provider);
    create(Map.of());
    walk(reconciler);
    resources.change(
        kind,
        NAME,
        Resources.Part.STATUS,
        before ->
            before.merge(Document.of(Map.of("status", Map.of("hostedLabIds", List.of("a", "b"))))),
        Preconditions.NONE,
        false);
    assertThat(walk(reconciler)).containsExactly("Active");
    resources.delete(kind, NAME, Preconditions.NONE, false);
    reconciler.reconcile(NAME, List.of());
    reconciler.reconcile(NAME, List.of());
    LabResource draining = resources.get(kind, NAME);
    assertThat(draining.status().text("phase")).contains("Draining");
    assertThat(draining.status().texts("hostedLabIds")).containsExactly("a", "b");
    assertThat(walk(reconciler)).contains("Unlicensing", "Terminated");
    assertThat(provider.machines()).isEmpty();
  }

  @Test
  void anotherControllerAdoptsTheMachineOfTheFirst() throws ProviderException {
    create(Map.of());
    LabProvider first = TestProviders.simulated(store, calm());
    walk(reconciler(first), Duration.ofSeconds(3));
    assertThat(first.machines()).hasSize(1);
    String id = first.machines().getFirst().id();
    LabProvider second = TestProviders.simulated(store, calm());
    assertThat(walk(reconciler(second))).last().isEqualTo("Ready");
    assertThat(second.machines()).singleElement().satisfies(m -> assertThat(m.id()).isEqualTo(id));
    assertThat(resources.get(kind, NAME).status().text("ec2InstanceId")).contains(id);
  }

  @Test
  void aStepOfAnOvertakenLeaderChangesNothing() throws ProviderException {
    create(Map.of());
    LabProvider provider = TestProviders.simulated(store, calm());
    List<Condition> lost = List.of(Condition.exists(Key.utf8("/no/longer/leading")));
    Outcome outcome = reconciler(provider).reconcile(NAME, lost);
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(resources.get(kind, NAME).status().text("phase")).contains("Pending");
    assertThat(provider.machines()).isEmpty();
  }

  @Test
  void aTokenThatWasGivenUpNeverMakesAMachineAgain() throws ProviderException {
    create(Map.of());
    LabProvider provider = TestProviders.simulated(store, calm());
    walk(reconciler(provider));
    String token = resources.get(kind, NAME).status().text("provisioningToken").orElseThrow();
    provider.terminate(token);
    runtime.advance(Duration.ofSeconds(6));
    provider.provision(token, "late", Document.EMPTY);
    assertThat(provider.describe(token)).isEmpty();
    assertThat(provider.machines()).isEmpty();
  }

  @Test
  void errorsThatPassOnlyDelay() {
    Simulation errors =
        script(
            Map.of(Action.PROVISION, 3, Action.START, 2, Action.LICENSE, 1, Action.TERMINATE, 4),
            Map.of(),
            Optional.empty());
    LabWorkerReconciler reconciler = reconciler(TestProviders.simulated(store, errors));
    create(Map.of());
    assertThat(walk(reconciler)).last().isEqualTo("Ready");
    resources.delete(kind, NAME, Preconditions.NONE, false);
    assertThat(walk(reconciler)).last().isEqualTo("Terminated");
    assertThat(resources.find(kind, NAME)).isEmpty();
  }

  @Test
  void aMachineThatCannotBeGivenBackKeepsItsWorker() throws ProviderException {
    Simulation stuck = script(Map.of(), Map.of(Action.TERMINATE, "not today"), Optional.empty());
    LabProvider provider = TestProviders.simulated(store, stuck);
    LabWorkerReconciler reconciler = reconciler(provider);
    create(Map.of());
    walk(reconciler);
    resources.delete(kind, NAME, Preconditions.NONE, false);
    walk(reconciler, Duration.ofMinutes(5));
    LabResource worker = resources.get(kind, NAME);
    assertThat(worker.status().text("phase")).contains("TerminatingEC2");
    assertThat(worker.status().text("errorMessage"))
        .hasValueSatisfying(message -> assertThat(message).contains("not today"));
    assertThat(provider.machines()).hasSize(1);
  }

  @Test
  void aRefusedWorkerFailsAndBeginsAnewWithItsNextSpecification() throws ProviderException {
    Simulation refusing =
        script(Map.of(), Map.of(Action.PROVISION, "no such image"), Optional.empty());
    create(Map.of());
    assertThat(walk(reconciler(TestProviders.simulated(store, refusing))))
        .last()
        .isEqualTo("Failed");
    assertThat(resources.get(kind, NAME).status().text("errorMessage"))
        .contains("provision: no such image");
    LabProvider provider = TestProviders.simulated(store, calm());
    LabWorkerReconciler reconciler = reconciler(provider);
    assertThat(walk(reconciler)).containsExactly("Failed");
    resources.change(
        kind,
        NAME,
        Resources.Part.SPEC,
        before ->
            before.merge(
                Document.of(Map.of("spec", Map.of("awsConfig", Map.of("amiId", "ami-1"))))),
        Preconditions.NONE,
        false);
    assertThat(walk(reconciler)).contains("Pending").last().isEqualTo("Ready");
    assertThat(provider.machines()).hasSize(1);
  }

  @Test
  void aRefusedLicenseLeavesTheWorkerUnlicensed() {
    Simulation refusing = script(Map.of(), Map.of(Action.LICENSE, "expired"), Optional.empty());
    create(Map.of());
    assertThat(walk(reconciler(TestProviders.simulated(store, refusing))))
        .last()
        .isEqualTo("ReadyUnlicensed");
    assertThat(condition("Licensed").text("reason")).contains("LicenseRefused");
  }

  @Test
  void aMissingSecretIsSaidAndWaitedFor() {
    LabWorkerReconciler reconciler = reconciler(TestProviders.simulated(store, calm()));
    create(
        Map.of(
            "cmlConfig",
            Map.of("licenseToken", Map.of("secretRef", Map.of("environment", "MISSING")))));
    assertThat(walk(reconciler, Duration.ofMinutes(2))).last().isEqualTo("Licensing");
    assertThat(condition("Licensed").text("reason")).contains("SecretUnavailable");
  }

  @Test
  void aLostMachineFailsItsWorker() {
    Simulation spot = script(Map.of(), Map.of(), Optional.of(Duration.ofMinutes(5)));
    LabWorkerReconciler reconciler = reconciler(TestProviders.simulated(store, spot));
    create(Map.of());
    assertThat(walk(reconciler)).last().isEqualTo("Ready");
    runtime.advance(Duration.ofMinutes(6));
    assertThat(walk(reconciler)).containsExactly("Failed");
    assertThat(condition("EC2Provisioned").text("reason")).contains("MachineLost");
  }

  @Test
  void aMachineThatNeverComesFailsAfterItsTimeEvenIfTheWorkerIsSavedMeanwhile() {
    Simulation slow = Simulation.of(Map.of(Action.PROVISION, Duration.ofHours(2)));
    LabWorkerReconciler reconciler = reconciler(TestProviders.simulated(store, slow));
    create(Map.of());
    walk(reconciler, Duration.ofMinutes(10));
    resources.change(
        kind,
        NAME,
        Resources.Part.SPEC,
        before -> before.merge(Document.of(Map.of("spec", Map.of("labTrack", "x")))),
        Preconditions.NONE,
        false);
    assertThat(walk(reconciler, Duration.ofMinutes(6))).last().isEqualTo("Failed");
    assertThat(condition("EC2Provisioned").text("reason")).contains("ProvisioningTimedOut");
  }

  @Test
  void aWorkerThatIsToEndStaysListed() {
    LabWorkerReconciler reconciler = reconciler(TestProviders.simulated(store, calm()));
    create(Map.of());
    walk(reconciler);
    resources.change(
        kind,
        NAME,
        Resources.Part.SPEC,
        before -> before.merge(Document.of(Map.of("spec", Map.of("desiredPhase", "Terminated")))),
        Preconditions.NONE,
        false);
    assertThat(walk(reconciler)).last().isEqualTo("Terminated");
    assertThat(resources.get(kind, NAME).status().number("observedGeneration", 0)).isEqualTo(2);
  }

  @Test
  void aWorkerWrittenByHandIsBroughtUp() {
    store
        .keyValues()
        .put(
            Key.utf8("/labs/lab-workers/w"),
            Bytes.utf8("{\"metadata\":{\"name\":\"w\"},\"later\":{\"x\":1}}"));
    LabWorkerReconciler reconciler = reconciler(TestProviders.simulated(store, calm()));
    assertThat(walk(reconciler)).last().isEqualTo("Ready");
    assertThat(resources.get(kind, NAME).document().child("later").number("x", 0)).isEqualTo(1);
  }

  @Test
  void aSpecificationThatIsWrongInTheStoreFails() {
    store
        .keyValues()
        .put(
            Key.utf8("/labs/lab-workers/w"),
            Bytes.utf8("{\"spec\":{\"awsConfig\":{\"amiId\":\"wrong\"}}}"));
    LabWorkerReconciler reconciler = reconciler(TestProviders.simulated(store, calm()));
    assertThat(walk(reconciler)).containsExactly("Failed");
    assertThat(condition("EC2Provisioned").text("reason")).contains("SpecInvalid");
  }
}
