package dev.plinth.storage.memory;

import dev.plinth.spi.Capability;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.Watches;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One keyspace in this process.
 *
 * <p>Thread-safe.
 */
final class MemoryStore implements Store {
  private static final Set<Capability> CAPABILITIES =
      Set.of(Capability.LINEARIZABLE, Capability.SOLE_REVISION, Capability.IN_PROCESS);

  private final MemoryConfig config;
  private final StoreRuntime runtime;
  private final String incarnation;
  private final MemoryLeaseClocks clocks;
  private final MemoryWatchIndex index = new MemoryWatchIndex();
  private final MemoryWriter writer;
  private final MemoryLeaseTimer timer;
  private final MemoryHistoryAge age;
  private final MemoryKeyValues keyValues;
  private final MemoryLeases leases;
  private final MemoryWatches watches;

  MemoryStore(MemoryConfig config, StoreRuntime runtime) {
    this(config, runtime, MemoryWatch.QUEUE);
  }

  MemoryStore(MemoryConfig config, StoreRuntime runtime, int watchQueue) {
    this.config = config;
    this.runtime = runtime;
    this.incarnation = Long.toHexString(runtime.random().nextLong() | Long.MIN_VALUE);
    this.clocks = new MemoryLeaseClocks(runtime);
    this.writer =
        new MemoryWriter(
            clocks,
            index,
            new MemoryHistoryLimit(config.historyRevisions(), config.historyBytes()));
    this.timer = new MemoryLeaseTimer(writer, clocks, runtime);
    this.age = new MemoryHistoryAge(writer, runtime, config.historyAge());
    this.keyValues = new MemoryKeyValues(writer, config.limits());
    this.leases = new MemoryLeases(writer, clocks, timer, runtime, config.limits());
    this.watches = new MemoryWatches(writer, index, runtime, watchQueue);
    age.start();
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
    Keyspace keyspace = writer.current();
    return new StoreStatus(
        MemoryStoreProvider.NAME,
        Optional.ofNullable(MemoryStore.class.getPackage().getImplementationVersion())
            .orElse("unpackaged"),
        incarnation,
        List.of(
            new StoreStatus.Member(MemoryStoreProvider.NAME, MemoryStoreProvider.NAME, List.of())),
        Optional.of(MemoryStoreProvider.NAME),
        keyspace.revision(),
        keyspace.compacted(),
        Optional.of(keyspace.keys()),
        keyspace.sizeBytes(),
        Optional.of(keyspace.historyRevisions()),
        Optional.of(keyspace.digest()),
        List.of());
  }

  @Override
  public StoreLimits limits() {
    return config.limits();
  }

  @Override
  public Set<Capability> capabilities() {
    return CAPABILITIES;
  }

  @Override
  public StoreRuntime runtime() {
    return runtime;
  }

  @Override
  public void close() {
    try {
      boolean unused = writer.run(new CloseRequest());
    } catch (HandleClosedException closedBefore) {
      return;
    }
    // Nobody is let in any more, so what belonged to the writer belongs to this thread.
    timer.close();
    age.close();
    List<MemoryWatch> open = index.watches();
    index.clear();
    clocks.clear();
    MemoryWatches.end(open);
  }

  private final class CloseRequest extends MemoryRequest<Boolean> {
    @Override
    Boolean apply(KeyspaceEdit edit) {
      return true;
    }

    @Override
    void settle(Keyspace published, Boolean applied) {
      writer.close();
    }
  }
}
