package dev.plinth.chassis.testing;

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
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** A store that cannot be reached until the test says so, in front of one that can. Thread-safe. */
public final class UnreachableStore implements Store {
  private final Store behind;
  private final AtomicBoolean reachable = new AtomicBoolean();

  /** Begins unreachable. */
  public UnreachableStore(Store behind) {
    this.behind = behind;
  }

  /** Changes whether it can be reached. */
  public void reachable(boolean now) {
    reachable.set(now);
  }

  private Store store() {
    if (!reachable.get()) {
      throw new StoreUnavailableException("the test cut the connection");
    }
    return behind;
  }

  @Override
  public KeyValues keyValues() {
    return store().keyValues();
  }

  @Override
  public Leases leases() {
    return store().leases();
  }

  @Override
  public Watches watches() {
    return store().watches();
  }

  @Override
  public StoreStatus status() {
    return store().status();
  }

  @Override
  public List<Measurement> measurements() {
    return List.of(
        new Measurement(
            "reachable", "1 while it can be reached", OptionalLong.of(reachable.get() ? 1 : 0)),
        new Measurement("distance-meters", "Nobody knows", OptionalLong.empty()));
  }

  @Override
  public StoreLimits limits() {
    return behind.limits();
  }

  @Override
  public Set<Capability> capabilities() {
    return behind.capabilities();
  }

  @Override
  public StoreRuntime runtime() {
    return behind.runtime();
  }

  @Override
  public void close() {
    behind.close();
  }
}
