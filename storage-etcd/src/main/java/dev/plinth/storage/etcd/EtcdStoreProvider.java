package dev.plinth.storage.etcd;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;

/**
 * Opens the data of an etcd cluster, 3.4 or newer.
 *
 * <p>Thread-safe. Keys, all optional:
 *
 * <ul>
 *   <li>{@code endpoints} (localhost:2379): {@code host:port} or URLs; all with {@code https} or
 *       none
 *   <li>{@code dial-timeout} (5s): how long a connection may take to be made
 *   <li>{@code request-timeout} (3s): how long a call may take in all (G37)
 *   <li>{@code username}, {@code password}: whom to authenticate as
 *   <li>{@code tls.ca}, {@code tls.certificate}, {@code tls.key}: PEM files; the key in PKCS#8
 *   <li>{@code tls.server-name}: what the servers' certificates are checked for, if not the host
 *   <li>{@code group-commit} (true): whether concurrent calls share transactions; without it every
 *       changing commit has a revision of its own
 *   <li>{@code compaction.age}, {@code compaction.revisions}: history that this store gives up; by
 *       default that is the operator's affair
 *   <li>{@code max-operations} (128), {@code max-request-bytes} (1.5MiB): as the servers have them
 * </ul>
 *
 * @since 0.1
 */
public final class EtcdStoreProvider implements StoreProvider {
  static final String NAME = "etcd";

  /** Makes the provider; needed by {@link java.util.ServiceLoader}. */
  public EtcdStoreProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void check(Settings settings) {
    EtcdConfig unused = EtcdConfig.from(settings);
  }

  @Override
  public Store open(Settings settings, StoreRuntime runtime) {
    return new EtcdStore(EtcdConfig.from(settings), runtime);
  }
}
