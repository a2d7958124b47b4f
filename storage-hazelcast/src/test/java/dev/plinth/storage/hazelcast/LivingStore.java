package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Capability;
import dev.plinth.spi.Commit;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Leases;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.Watches;
import dev.plinth.tck.history.MortalStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a client sees that lives in the same process as a member: while the process is dead it gets
 * nothing, and what it had asked for just then may have happened.
 *
 * <p>Thread-safe.
 */
final class LivingStore implements MortalStore, KeyValues, Leases, Watches {
  private final Supplier<Optional<Store>> process;
  private final Store first;

  /** A client of whatever store the process has at the time; it has one now. */
  LivingStore(Supplier<Optional<Store>> process) {
    this.process = process;
    this.first = process.get().orElseThrow();
  }

  private Store alive() {
    return process.get().orElseThrow(() -> new StoreUnavailableException("the process is dead"));
  }

  private <T> T ask(Function<Store, T> call) {
    try {
      return call.apply(alive());
    } catch (HandleClosedException died) {
      throw new StoreUnavailableException("the process died", died);
    }
  }

  private <T> T change(Function<Store, T> call) {
    try {
      return call.apply(alive());
    } catch (HandleClosedException died) {
      throw new OutcomeUnknownException("the process died", died);
    }
  }

  @Override
  public KeyValues keyValues() {
    return this;
  }

  @Override
  public Leases leases() {
    return this;
  }

  @Override
  public Watches watches() {
    return this;
  }

  @Override
  public StoreStatus status() {
    return ask(Store::status);
  }

  @Override
  public StoreLimits limits() {
    return first.limits();
  }

  @Override
  public Set<Capability> capabilities() {
    return first.capabilities();
  }

  @Override
  public StoreRuntime runtime() {
    return first.runtime();
  }

  @Override
  public Slice read(Read read) {
    return ask(store -> store.keyValues().read(read));
  }

  @Override
  public Revision current() {
    return ask(store -> store.keyValues().current());
  }

  @Override
  public Commit commit(Transaction transaction) {
    return change(store -> store.keyValues().commit(transaction));
  }

  @Override
  public Revision compact(Revision revision) {
    return change(store -> store.keyValues().compact(revision));
  }

  @Override
  public LeaseInfo grant(Duration ttl) {
    return change(store -> store.leases().grant(ttl));
  }

  @Override
  public LeaseInfo grant(LeaseId id, Duration ttl) {
    return change(store -> store.leases().grant(id, ttl));
  }

  @Override
  public LeaseInfo renew(LeaseId id) {
    return change(store -> store.leases().renew(id));
  }

  @Override
  public Revision revoke(LeaseId id) {
    return change(store -> store.leases().revoke(id));
  }

  @Override
  public Optional<LeaseInfo> describe(LeaseId id) {
    return ask(store -> store.leases().describe(id));
  }

  @Override
  public List<LeaseId> list() {
    return ask(store -> store.leases().list());
  }

  @Override
  public Watch open(WatchOptions options) {
    return ask(store -> store.watches().open(options));
  }

  /** Whoever owns the process ends it. */
  @Override
  public void close() {}
}
