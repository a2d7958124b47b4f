package dev.plinth.spi;

/**
 * What a store offers beyond the contract that every store meets.
 *
 * @since 0.1
 */
public enum Capability {
  /** Several processes see the same data. */
  SHARED,
  /** Acknowledged data survives a restart of everything. */
  DURABLE,
  /** G6 and G8 hold under any partition, not only while the cluster is whole. */
  LINEARIZABLE,
  /** Each changing commit has a revision of its own, one more than the last. */
  SOLE_REVISION,
  /** No operation leaves the process or blocks on I/O, so it may be called on an event loop. */
  IN_PROCESS
}
