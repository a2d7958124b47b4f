package dev.plinth.chassis.metrics;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Capability;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Measurement;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.Watches;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A store whose operations are timed as {@code plinth.store.operation}, by operation and outcome,
 * and whose own measurements are gauges, {@code plinth.store} before their names. Everything else
 * passes through unchanged, watches too: only their opening is timed.
 *
 * <p>Thread-safe. Closing it closes the store behind it.
 */
public final class MeasuredStore implements Store {
  private final Store store;
  private final KeyValues keyValues;
  private final Leases leases;
  private final Watches watches;
  private final OperationTimer status;

  private MeasuredStore(Store store, MeterRegistry meters) {
    this.store = requireNonNull(store, "store");
    this.keyValues = new MeasuredKeyValues(store.keyValues(), meters);
    this.leases = new MeasuredLeases(store.leases(), meters);
    this.watches = new MeasuredWatches(store.watches(), meters);
    this.status = new OperationTimer(meters, "status");
    List<Measurement> known = store.measurements();
    for (int i = 0; i < known.size(); i++) {
      gauge(known.get(i), i, meters);
    }
  }

  /** The page shows no number where the store knows none. */
  private void gauge(Measurement known, int place, MeterRegistry meters) {
    Gauge.builder(
            "plinth.store." + known.name(),
            store,
            measured -> {
              OptionalLong value = measured.measurements().get(place).value();
              return value.isPresent() ? value.getAsLong() : Double.NaN;
            })
        .description(known.meaning())
        .register(meters);
  }

  /**
   * Measures a store.
   *
   * @param store which
   * @param meters where the measurements go
   * @return the same store, measured
   */
  public static Store around(Store store, MeterRegistry meters) {
    return new MeasuredStore(store, meters);
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
    return status.time(store::status);
  }

  @Override
  public List<Measurement> measurements() {
    return store.measurements();
  }

  @Override
  public StoreLimits limits() {
    return store.limits();
  }

  @Override
  public Set<Capability> capabilities() {
    return store.capabilities();
  }

  @Override
  public StoreRuntime runtime() {
    return store.runtime();
  }

  @Override
  public void close() {
    store.close();
  }

  private static final class MeasuredKeyValues implements KeyValues {
    private final KeyValues behind;
    private final OperationTimer read;
    private final OperationTimer commit;
    private final OperationTimer compact;
    private final OperationTimer current;

    MeasuredKeyValues(KeyValues behind, MeterRegistry meters) {
      this.behind = behind;
      this.read = new OperationTimer(meters, "read");
      this.commit = new OperationTimer(meters, "commit");
      this.compact = new OperationTimer(meters, "compact");
      this.current = new OperationTimer(meters, "current");
    }

    @Override
    public Slice read(Read wanted) {
      return read.time(() -> behind.read(wanted));
    }

    @Override
    public Commit commit(Transaction transaction) {
      return commit.time(() -> behind.commit(transaction));
    }

    @Override
    public Revision compact(Revision revision) {
      return compact.time(() -> behind.compact(revision));
    }

    @Override
    public Revision current() {
      return current.time(behind::current);
    }

    // A store may have a shorter way for these two than the general read.

    @Override
    public Optional<Entry> get(Key key) {
      return read.time(() -> behind.get(key));
    }

    @Override
    public Slice list(KeyRange range) {
      return read.time(() -> behind.list(range));
    }
  }

  private static final class MeasuredLeases implements Leases {
    private final Leases behind;
    private final OperationTimer grant;
    private final OperationTimer renew;
    private final OperationTimer revoke;
    private final OperationTimer describe;
    private final OperationTimer list;

    MeasuredLeases(Leases behind, MeterRegistry meters) {
      this.behind = behind;
      this.grant = new OperationTimer(meters, "lease-grant");
      this.renew = new OperationTimer(meters, "lease-renew");
      this.revoke = new OperationTimer(meters, "lease-revoke");
      this.describe = new OperationTimer(meters, "lease-describe");
      this.list = new OperationTimer(meters, "lease-list");
    }

    @Override
    public LeaseInfo grant(Duration ttl) {
      return grant.time(() -> behind.grant(ttl));
    }

    @Override
    public LeaseInfo grant(LeaseId id, Duration ttl) {
      return grant.time(() -> behind.grant(id, ttl));
    }

    @Override
    public LeaseInfo renew(LeaseId id) {
      return renew.time(() -> behind.renew(id));
    }

    @Override
    public Revision revoke(LeaseId id) {
      return revoke.time(() -> behind.revoke(id));
    }

    @Override
    public Optional<LeaseInfo> describe(LeaseId id) {
      return describe.time(() -> behind.describe(id));
    }

    @Override
    public List<LeaseId> list() {
      return list.time(behind::list);
    }
  }

  private static final class MeasuredWatches implements Watches {
    private final Watches behind;
    private final OperationTimer open;

    MeasuredWatches(Watches behind, MeterRegistry meters) {
      this.behind = behind;
      this.open = new OperationTimer(meters, "watch-open");
    }

    @Override
    public Watch open(WatchOptions options) {
      return open.time(() -> behind.open(options));
    }
  }
}
