package dev.plinth.service.labmgr.control;

import dev.plinth.service.labmgr.resource.ResourceKind;
import dev.plinth.service.labmgr.resource.ResourceName;
import dev.plinth.spi.Condition;
import java.time.Duration;
import java.util.List;

/**
 * Brings one resource a step closer to what is wanted of it, from what is there and never from what
 * happened.
 *
 * <p>Thread-safe; never called for one resource by two threads at a time.
 */
public interface Reconciler {

  /** When a resource has to be looked at again. */
  sealed interface Outcome {
    /** When something about it changes. */
    record Settled() implements Outcome {}

    /** At once. */
    record Again() implements Outcome {}

    /**
     * After a while.
     *
     * @param delay how long
     */
    record Later(Duration delay) implements Outcome {}

    /**
     * After a while that grows with each failure.
     *
     * @param reason what went wrong
     */
    record Failed(String reason) implements Outcome {}
  }

  /** Returns the kind whose resources it looks at. */
  ResourceKind kind();

  /**
   * Takes one step.
   *
   * @param name whose
   * @param guards conditions that every write must carry: they hold while this instance leads
   * @return when to look again
   * @throws dev.plinth.spi.StoreException if the store failed; nothing was concluded from it
   */
  Outcome reconcile(ResourceName name, List<Condition> guards);
}
