package dev.plinth.service.labmgr.worker;

import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.resource.LabResource;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/**
 * A resource of the kind LabWorker, as its controller sees it.
 *
 * <p>Immutable.
 *
 * @param resource the version that was read
 * @param spec its specification with all defaults
 */
record LabWorker(LabResource resource, Document spec) {

  static LabWorker of(LabResource resource) {
    return new LabWorker(resource, LabWorkerModel.SPEC.complete(resource.spec()));
  }

  /** Returns the phase of a status; what says none is pending. */
  static Phase phase(Document status) {
    return status.text("phase").flatMap(Phase::of).orElse(Phase.PENDING);
  }

  Phase phase() {
    return phase(resource.status());
  }

  boolean mustEnd() {
    return resource.metadata().isDeleting()
        || spec.text("desiredPhase").equals(Optional.of(LabWorkerModel.DESIRED_TERMINATED));
  }

  long generation() {
    return resource.metadata().generation();
  }

  boolean isObserved() {
    return resource.status().number("observedGeneration", 0) >= generation();
  }

  Optional<String> token() {
    return resource.status().text("provisioningToken");
  }

  List<String> labs() {
    return resource.status().texts("hostedLabIds");
  }

  Document cloud() {
    return spec.child("awsConfig");
  }

  Document license() {
    return spec.child("cmlConfig").child("licenseToken");
  }

  /** Says whether the phase has lasted longer than a limit. */
  boolean isOverdue(Instant now, Duration limit) {
    try {
      return resource
          .status()
          .text("phaseSince")
          .map(Instant::parse)
          .map(since -> now.isAfter(since.plus(limit)))
          .orElse(false);
    } catch (DateTimeParseException unreadable) {
      return false;
    }
  }
}
