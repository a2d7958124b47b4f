package dev.plinth.service.labmgr.worker;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a worker is in its life, and where it may go from there.
 *
 * <p>Every phase that stands for work outside is stored before that work begins; so whoever takes
 * over knows what may have happened.
 */
public enum Phase {
  /** Nothing was done outside. */
  PENDING("Pending"),
  /** A machine is being asked for. */
  PROVISIONING_EC2("ProvisioningEC2"),
  /** The machine runs. */
  EC2_READY("EC2Ready"),
  /** The lab software is starting. */
  STARTING("Starting"),
  /** The lab software runs without a licence. */
  READY_UNLICENSED("ReadyUnlicensed"),
  /** A licence is being asked for. */
  LICENSING("Licensing"),
  /** Takes labs, has none. */
  READY("Ready"),
  /** Has labs. */
  ACTIVE("Active"),
  /** Takes no labs; those it has are being ended. */
  DRAINING("Draining"),
  /** The licence is being given back. */
  UNLICENSING("Unlicensing"),
  /** The lab software is being stopped. */
  STOPPING("Stopping"),
  /** The machine is being given back. */
  TERMINATING_EC2("TerminatingEC2"),
  /** Nothing is left outside. */
  TERMINATED("Terminated"),
  /** Stopped on the way; a change of the specification begins anew, deletion cleans up. */
  FAILED("Failed");

  private final String text;

  Phase(String text) {
    this.text = text;
  }

  /** Returns the name in documents. */
  public String text() {
    return text;
  }

  /** Returns the phase of a name in documents. */
  public static Optional<Phase> of(String text) {
    return Arrays.stream(values()).filter(phase -> phase.text.equals(text)).findFirst();
  }

  /** Returns all names in documents. */
  public static List<String> texts() {
    return Arrays.stream(values()).map(Phase::text).toList();
  }

  /** Returns the phases that may follow this one. */
  public Set<Phase> successors() {
    return switch (this) {
      case PENDING -> EnumSet.of(PROVISIONING_EC2, TERMINATED, FAILED);
      case PROVISIONING_EC2 -> EnumSet.of(EC2_READY, TERMINATING_EC2, FAILED);
      case EC2_READY -> EnumSet.of(STARTING, TERMINATING_EC2, FAILED);
      case STARTING -> EnumSet.of(READY_UNLICENSED, STOPPING, FAILED);
      case READY_UNLICENSED -> EnumSet.of(LICENSING, DRAINING, FAILED);
      case LICENSING -> EnumSet.of(READY, READY_UNLICENSED, DRAINING, FAILED);
      case READY -> EnumSet.of(ACTIVE, DRAINING, FAILED);
      case ACTIVE -> EnumSet.of(READY, DRAINING, FAILED);
      case DRAINING -> EnumSet.of(UNLICENSING, STOPPING);
      case UNLICENSING -> EnumSet.of(STOPPING);
      case STOPPING -> EnumSet.of(TERMINATING_EC2);
      case TERMINATING_EC2 -> EnumSet.of(TERMINATED);
      case TERMINATED -> EnumSet.noneOf(Phase.class);
      case FAILED -> EnumSet.of(PENDING, TERMINATING_EC2, TERMINATED);
    };
  }

  /** Says whether this phase may be followed by another. */
  public boolean mayBecome(Phase next) {
    return successors().contains(next);
  }

  /** Returns where a worker goes from here when it is to end, if it is not on that way already. */
  public Optional<Phase> wayOut() {
    return switch (this) {
      case PENDING -> Optional.of(TERMINATED);
      case PROVISIONING_EC2, EC2_READY, FAILED -> Optional.of(TERMINATING_EC2);
      case STARTING -> Optional.of(STOPPING);
      case READY_UNLICENSED, LICENSING, READY, ACTIVE -> Optional.of(DRAINING);
      case DRAINING, UNLICENSING, STOPPING, TERMINATING_EC2, TERMINATED -> Optional.empty();
    };
  }

  /** Says whether labs may be placed here. */
  public boolean acceptsLabs() {
    return switch (this) {
      case READY_UNLICENSED, READY, ACTIVE -> true;
      case PENDING,
          PROVISIONING_EC2,
          EC2_READY,
          STARTING,
          LICENSING,
          DRAINING,
          UNLICENSING,
          STOPPING,
          TERMINATING_EC2,
          TERMINATED,
          FAILED ->
          false;
    };
  }
}
