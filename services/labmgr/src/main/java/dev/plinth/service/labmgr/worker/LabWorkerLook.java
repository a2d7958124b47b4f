package dev.plinth.service.labmgr.worker;

import dev.plinth.service.labmgr.document.Document;
import dev.plinth.spi.Condition;
import java.util.List;

/**
 * One look at one worker: what was read, and what every write must carry.
 *
 * <p>Immutable.
 *
 * @param worker as it was read
 * @param guards conditions of every write
 */
record LabWorkerLook(LabWorker worker, List<Condition> guards) {
  /** Copies the list. */
  LabWorkerLook {
    guards = List.copyOf(guards);
  }

  /** Returns the status as it was read. */
  Document status() {
    return worker.resource().status();
  }

  /** Returns the status with a condition and the phase that goes with it. */
  Document status(Phase next, StatusCondition... conditions) {
    Document status = status().with("phase", next.text());
    for (StatusCondition condition : conditions) {
      status = condition.in(status);
    }
    return status;
  }

  /** Returns a condition that holds. */
  StatusCondition holds(String type, String reason, String message) {
    return new StatusCondition(type, StatusCondition.TRUE, reason, message, worker.generation());
  }

  /** Returns a condition that does not hold. */
  StatusCondition fails(String type, String reason, String message) {
    return new StatusCondition(type, StatusCondition.FALSE, reason, message, worker.generation());
  }
}
