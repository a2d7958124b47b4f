package dev.plinth.storage.memory;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;

/**
 * Opens stores in this process. Each has data of its own, which ends with it.
 *
 * <p>Thread-safe. Keys, all optional:
 *
 * <ul>
 *   <li>{@code history-revisions} (100000): how many past revisions stay readable at most; 0 for
 *       any number
 *   <li>{@code history-age} (1h): how long a past revision stays readable at most; 0s for ever
 *   <li>{@code history-bytes} (256MiB): keys and values in the history at most; 0 for any amount
 *   <li>{@code max-operations} (128): conditions, or operations of a branch, in a transaction
 *   <li>{@code max-request-bytes} (1.5MiB): size of a transaction
 *   <li>{@code request-timeout}: how long a call may wait for a server, as every store takes it;
 *       without effect, because this one never waits
 *   <li>{@code shortest-ttl} (2s), {@code longest-ttl} (9000000000 seconds): of leases
 * </ul>
 *
 * @since 0.1
 */
public final class MemoryStoreProvider implements StoreProvider {
  static final String NAME = "memory";

  /** Makes the provider; needed by {@link java.util.ServiceLoader}. */
  public MemoryStoreProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void check(Settings settings) {
    MemoryConfig.from(settings);
  }

  @Override
  public Store open(Settings settings, StoreRuntime runtime) {
    return new MemoryStore(MemoryConfig.from(settings), runtime);
  }
}
