package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;

/**
 * Makes this process a member of a cluster that keeps the data in the memory of its members.
 *
 * <p>Thread-safe. Opening takes as long as a member takes to start and to find others, some
 * seconds; that too few members are there shows in the calls. A process may open several stores;
 * each is a member. Keys, all optional:
 *
 * <ul>
 *   <li>{@code cluster-name} (plinth): members of other names are strangers
 *   <li>{@code bind-address} (127.0.0.1), {@code port} (5701), {@code port-count} (10): where the
 *       member listens; {@code port-offset} (0) is added to the port
 *   <li>{@code public-address} (none): what others call it by, {@code host} or {@code host:port}
 *   <li>{@code members} (this machine): whom to look for, {@code host} or {@code host:port}
 *   <li>{@code multicast} (false): looks for members by multicast instead
 *   <li>{@code cluster-size} (3), {@code minimum-members} (its majority), {@code backup-count} (one
 *       less than the size, at most 6): the same on all members
 *   <li>{@code state-budget} (32MiB): data and history at most
 *   <li>{@code history-revisions} (100000), {@code history-age} (1h), {@code history-bytes} (8MiB):
 *       what of the past stays readable at most; 0 for all
 *   <li>{@code sync-interval} (2s), {@code backup-timeout} (1500ms), {@code heartbeat-interval}
 *       (1s), {@code heartbeat-timeout} (10s), {@code shutdown-timeout} (10s): of the members
 *   <li>{@code request-timeout} (3s): how long a call may take in all (G37)
 *   <li>{@code max-operations} (128), {@code max-request-bytes} (1.5MiB): of a transaction
 *   <li>{@code shortest-ttl} (2s), {@code longest-ttl} (9000000000 seconds): of leases
 * </ul>
 *
 * @since 0.1
 */
public final class HazelcastStoreProvider implements StoreProvider {
  /** Makes the provider; needed by {@link java.util.ServiceLoader}. */
  public HazelcastStoreProvider() {}

  @Override
  public String name() {
    return HazelcastStatus.NAME;
  }

  @Override
  public boolean listens() {
    return true;
  }

  @Override
  public void check(Settings settings) {
    HazelcastConfig unused = HazelcastConfig.parse(settings);
  }

  @Override
  public Store open(Settings settings, StoreRuntime runtime) {
    HazelcastConfig config = HazelcastConfig.parse(settings);
    return new HazelcastMemberStore(HazelcastMember.start(config, runtime), config, runtime);
  }
}
