package dev.plinth.service.centro.node;

import dev.plinth.service.centro.job.Resources;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Revision;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Everything that is stored of one node, at one revision.
 *
 * <p>Immutable.
 *
 * @param revision when
 * @param node its document
 * @param nodeEntry the version of its document that was read
 * @param liveness the version of its liveness key that was read; nothing while it is unhealthy
 * @param ledger what was given to it
 * @param ledgerEntry the version of its account that was read, if it has one
 */
public record NodeSituation(
    Revision revision,
    Node node,
    Entry nodeEntry,
    Optional<Entry> liveness,
    NodeLedger ledger,
    Optional<Entry> ledgerEntry) {
  /**
   * Says whether the node's lease lives.
   *
   * @return whether it does
   */
  public boolean isHealthy() {
    return liveness.isPresent();
  }

  /**
   * Returns the memory that is free for more jobs.
   *
   * @return megabytes, below zero if more was given than is there
   */
  public double freeMemoryMb() {
    return node.report().ramMb() - ledger.charged().memoryMb();
  }

  /**
   * Returns the disk that is free for more jobs.
   *
   * @return megabytes, below zero if more was given than is there
   */
  public double freeDiskMb() {
    return node.report().diskMb() - ledger.charged().diskMb();
  }

  /**
   * Returns the cores that are free for more jobs.
   *
   * @return cores, below zero if more was given than is there; nothing if the node does not report
   *     how many it has
   */
  public OptionalDouble freeCores() {
    OptionalDouble free = node.report().freeCores();
    Resources charged = ledger.charged();
    return free.isEmpty() ? free : OptionalDouble.of(free.getAsDouble() - charged.cpu());
  }
}
