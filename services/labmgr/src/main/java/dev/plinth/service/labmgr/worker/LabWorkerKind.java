package dev.plinth.service.labmgr.worker;

import dev.plinth.chassis.error.FieldErrors;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.document.Structure;
import dev.plinth.service.labmgr.resource.LabResource;
import dev.plinth.service.labmgr.resource.ResourceKind;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The kind LabWorker.
 *
 * <p>Immutable.
 */
public final class LabWorkerKind implements ResourceKind {
  /** What the controller alone may set; everything else of a status is open to users. */
  private static final List<String> CONTROLLERS_OWN =
      List.of(
          "observedGeneration",
          "provisioningToken",
          "ec2InstanceId",
          "ec2Address",
          "provisioningStarted",
          "provisioningCompleted");

  private final SecretReferences secrets;

  @Inject
  LabWorkerKind(SecretReferences secrets) {
    this.secrets = secrets;
  }

  @Override
  public String name() {
    return "LabWorker";
  }

  @Override
  public String plural() {
    return "lab-workers";
  }

  @Override
  public Structure spec() {
    return LabWorkerModel.SPEC;
  }

  @Override
  public Structure status() {
    return LabWorkerModel.STATUS;
  }

  @Override
  public Document exampleSpec() {
    return LabWorkerModel.example();
  }

  @Override
  public Map<String, Function<LabResource, Optional<String>>> selectableFields() {
    return Map.of(
        "status.phase",
        resource -> Optional.of(LabWorker.phase(resource.status()).text()),
        "spec.labTrack",
        resource -> resource.spec().text("labTrack"));
  }

  @Override
  public Document firstStatus(Instant now) {
    return Document.EMPTY
        .with("phase", Phase.PENDING.text())
        .with("phaseSince", now.toString())
        .with("observedGeneration", 0L)
        .with("activeLabCount", 0L);
  }

  @Override
  public void checkSpec(Document spec, FieldErrors errors) {
    Document software = spec.child("cmlConfig");
    if (software.number("maxNodesLicensed", 0) < software.number("maxNodesUnlicensed", 0)) {
      errors.add(
          "spec.cmlConfig.maxNodesLicensed", "must not be below spec.cmlConfig.maxNodesUnlicensed");
    }
    for (String secret : List.of("licenseToken", "adminPassword")) {
      secrets.check(software.child(secret), "spec.cmlConfig." + secret, errors);
    }
  }

  @Override
  public void checkSpecChange(LabResource before, Document spec, FieldErrors errors) {
    Phase phase = LabWorker.phase(before.status());
    boolean fixed = phase != Phase.PENDING && phase != Phase.FAILED;
    Document machine = spec().complete(before.spec()).child("awsConfig");
    if (fixed && !machine.equals(spec.child("awsConfig"))) {
      errors.add(
          "spec.awsConfig", "cannot be changed in phase " + phase.text() + ": there is a machine");
    }
    boolean ended = before.spec().text("desiredPhase").orElse("").equals("Terminated");
    if (ended && !spec.text("desiredPhase").orElse("").equals("Terminated")) {
      errors.add("spec.desiredPhase", "cannot be changed: the worker is ending for good");
    }
  }

  @Override
  public Document settle(
      LabResource before, Document status, Author author, Instant now, FieldErrors errors) {
    Document last = before.status();
    Phase from = LabWorker.phase(last);
    Phase to = status.text("phase").flatMap(Phase::of).orElse(from);
    if (from != to && !from.mayBecome(to)) {
      errors.add(
          "status.phase",
          "cannot be "
              + to.text()
              + " after "
              + from.text()
              + "; allowed: "
              + from.successors().stream().map(Phase::text).collect(Collectors.joining(", ")));
    }
    Document complete = status;
    if (author == Author.USER) {
      checkUsersPart(last, status, from, to, errors);
      for (String field : CONTROLLERS_OWN) {
        complete = complete.with(field, last.value(field));
      }
    }
    Document settled = StatusCondition.settle(last, complete, now).with("phase", to.text());
    settled =
        from == to && last.has("phaseSince")
            ? settled.with("phaseSince", last.text("phaseSince"))
            : settled.with("phaseSince", now.toString());
    settled = settled.with("activeLabCount", (long) settled.texts("hostedLabIds").size());
    return settled.without("lastUpdated").equals(last.without("lastUpdated"))
        ? last
        : settled.with("lastUpdated", now.toString());
  }

  private static void checkUsersPart(
      Document last, Document status, Phase from, Phase to, FieldErrors errors) {
    if (from != to && from.mayBecome(to)) {
      errors.add("status.phase", "is set by the controller");
    }
    for (String field : CONTROLLERS_OWN) {
      if (status.has(field) && !last.value(field).equals(status.value(field))) {
        errors.add("status." + field, "is set by the controller");
      }
    }
    boolean placesLabs = !last.texts("hostedLabIds").containsAll(status.texts("hostedLabIds"));
    if (placesLabs && !from.acceptsLabs()) {
      errors.add(
          "status.hostedLabIds", "labs cannot be placed on a worker in phase " + from.text());
    }
  }
}
