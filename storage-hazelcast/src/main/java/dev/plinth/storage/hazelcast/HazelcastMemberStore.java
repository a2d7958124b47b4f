package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastException;
import dev.plinth.spi.Capability;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Measurement;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watches;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** A store with the member that it is on: closing it leaves the cluster. Thread-safe. */
final class HazelcastMemberStore implements Store {
  private final HazelcastMember member;
  private final HazelcastStore store;
  private final HazelcastMeasurements measurements;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile boolean served;

  HazelcastMemberStore(HazelcastMember member, HazelcastConfig config, StoreRuntime runtime) {
    this.member = member;
    this.store =
        new HazelcastStore(
            member.instance(),
            HazelcastMember.KEYSPACE,
            runtime,
            config.requestTimeout(),
            config.limits());
    this.measurements = new HazelcastMeasurements(member, config);
    if (!config.needsMajority()) {
      // Both sides of a split may have made revisions of the same number.
      member.onMerge(store::giveUp);
    }
    member.keepRunning(() -> store.moveTo(member.instance()));
  }

  @Override
  public KeyValues keyValues() {
    return store.keyValues();
  }

  @Override
  public Leases leases() {
    return store.leases();
  }

  @Override
  public Watches watches() {
    return store.watches();
  }

  @Override
  public StoreStatus status() {
    try {
      if (!member.hasMinimum()) {
        throw new StoreUnavailableException(
            "the store waits for members: " + String.join(", ", member.alarms()));
      }
      StoreStatus asked = asked();
      List<String> alarms = new ArrayList<>(asked.alarms());
      alarms.addAll(member.alarms());
      return new StoreStatus(
          asked.store(),
          asked.version(),
          asked.incarnation(),
          asked.members(),
          asked.leader(),
          asked.revision(),
          asked.compacted(),
          asked.keys(),
          asked.sizeBytes(),
          asked.historyRevisions(),
          asked.digest(),
          alarms);
    } catch (HazelcastException | IllegalStateException stopped) {
      throw new StoreUnavailableException("the member of this process does not run", stopped);
    }
  }

  /** Asks; if nobody answers, says what may be the reason. */
  private StoreStatus asked() {
    try {
      StoreStatus asked = store.status();
      served = true;
      return asked;
    } catch (StoreUnavailableException none) {
      List<String> reasons = new ArrayList<>(member.alarms());
      if (!served && !member.hasFounder()) {
        reasons.add(
            "the member that began the cluster and alone creates the data is gone, and no data was"
                + " found; if that lasts, end all members, then start them anew");
      }
      if (reasons.isEmpty()) {
        throw none;
      }
      throw new StoreUnavailableException(
          none.getMessage() + ": " + String.join(", ", reasons), none);
    }
  }

  @Override
  public List<Measurement> measurements() {
    return measurements.take();
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
    if (closed.compareAndSet(false, true)) {
      store.close();
      member.close();
    }
  }
}
