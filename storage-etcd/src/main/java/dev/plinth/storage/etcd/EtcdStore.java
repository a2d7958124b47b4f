package dev.plinth.storage.etcd;

import dev.plinth.spi.Capability;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.Watches;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The data of an etcd cluster. */
final class EtcdStore implements Store {
  private final EtcdConnection connection;
  private final EtcdKeyValues keyValues;
  private final EtcdLeases leases;
  private final EtcdWatches watches;
  private final EtcdStatus status;
  private final Optional<EtcdCompactor> compactor;

  EtcdStore(EtcdConfig config, StoreRuntime runtime) {
    this.connection = new EtcdConnection(config, runtime);
    EtcdCompactedRevision compacted = new EtcdCompactedRevision(connection);
    this.keyValues = new EtcdKeyValues(connection, compacted);
    this.leases = new EtcdLeases(connection);
    this.watches = new EtcdWatches(connection);
    this.status = new EtcdStatus(connection, compacted);
    this.compactor = config.compaction().map(kept -> new EtcdCompactor(keyValues, runtime, kept));
    compactor.ifPresent(EtcdCompactor::start);
  }

  @Override
  public KeyValues keyValues() {
    return keyValues;
  }

  @Override
  public Leases leases() {
    return leases;
  }

  @Override
  public Watches watches() {
    return watches;
  }

  @Override
  public StoreStatus status() {
    return status.ask();
  }

  @Override
  public StoreLimits limits() {
    return connection.limits();
  }

  @Override
  public Set<Capability> capabilities() {
    EnumSet<Capability> capabilities =
        EnumSet.of(Capability.SHARED, Capability.DURABLE, Capability.LINEARIZABLE);
    if (!connection.config().groupCommit()) {
      capabilities.add(Capability.SOLE_REVISION);
    }
    return Set.copyOf(capabilities);
  }

  @Override
  public StoreRuntime runtime() {
    return connection.runtime();
  }

  @Override
  public void close() {
    compactor.ifPresent(EtcdCompactor::close);
    watches.close();
    leases.close();
    connection.close();
  }
}
