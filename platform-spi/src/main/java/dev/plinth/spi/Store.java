package dev.plinth.spi;

import java.util.List;
import java.util.Set;

/**
 * A place for coordination data.
 *
 * <p>Thread-safe; share one per process. Opened by a {@link StoreProvider}, closed by whoever
 * opened it.
 *
 * @since 0.1
 */
public interface Store extends AutoCloseable {
  /**
   * Returns the key/value data.
   *
   * @return always the same instance
   */
  KeyValues keyValues();

  /**
   * Returns the leases.
   *
   * @return always the same instance
   */
  Leases leases();

  /**
   * Returns the watches.
   *
   * @return always the same instance
   */
  Watches watches();

  /**
   * Asks how the store is; also the way to find out whether it can be reached. Blocks no longer
   * than the request timeout.
   *
   * @return its status now
   * @throws StoreUnavailableException if it cannot be reached
   * @throws StoreException if the store failed
   */
  StoreStatus status();

  /**
   * Returns what this process knows of the store without asking anybody, beside how its operations
   * go. Cheap; never blocks and never fails, whatever the store can do at the moment.
   *
   * @return always the same names in the same order; nothing if the store measures nothing itself
   */
  default List<Measurement> measurements() {
    return List.of();
  }

  /**
   * Returns what the store accepts.
   *
   * @return its limits, known without asking a server
   */
  StoreLimits limits();

  /**
   * Returns what the store offers beyond the contract.
   *
   * @return its capabilities, known without asking a server
   */
  Set<Capability> capabilities();

  /**
   * Returns the time and the threads that the store was opened with; recipes use them too.
   *
   * @return the runtime, which outlives the store
   */
  StoreRuntime runtime();

  /**
   * Ends every handle the store gave out and frees what it holds (G42). Idempotent; calls that are
   * pending end with {@link HandleClosedException} or their result, later ones with {@link
   * HandleClosedException}.
   */
  @Override
  void close();
}
