package dev.plinth.service.labmgr.worker;

import dev.plinth.service.labmgr.resource.ResourceKind;
import java.util.Optional;
import java.util.Set;

/** The kind LabWorker for tests of what is common to all kinds. */
public final class TestKind {
  private TestKind() {}

  /** Returns the kind, with one secret of each source allowed. */
  public static ResourceKind labWorker() {
    return new LabWorkerKind(
        new SecretReferences(
            Set.of("LAB_LICENSE"), Set.of("/run/secrets/license"), name -> Optional.empty()));
  }
}
