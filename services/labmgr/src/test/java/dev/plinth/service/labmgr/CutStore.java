package dev.plinth.service.labmgr;

import dev.plinth.spi.Capability;
import dev.plinth.spi.Commit;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watches;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A store whose connection a test can cut; what is open stays open. Thread-safe. */
final class CutStore implements Store {
  private final Store behind;
  private volatile boolean cut;

  CutStore(Store behind) {
    this.behind = behind;
  }

  void cut(boolean now) {
    cut = now;
  }

  private Store reached() {
    if (cut) {
      throw new StoreUnavailableException("the test cut the connection");
    }
    return behind;
  }

  @Override
  public KeyValues keyValues() {
    return new KeyValues() {
      @Override
      public Slice read(Read read) {
        return reached().keyValues().read(read);
      }

      @Override
      public Commit commit(Transaction transaction) {
        return reached().keyValues().commit(transaction);
      }

      @Override
      public Revision compact(Revision revision) {
        return reached().keyValues().compact(revision);
      }

      @Override
      public Revision current() {
        return reached().keyValues().current();
      }
    };
  }

  @Override
  public Leases leases() {
    return new Leases() {
      @Override
      public LeaseInfo grant(Duration ttl) {
        return reached().leases().grant(ttl);
      }

      @Override
      public LeaseInfo grant(LeaseId id, Duration ttl) {
        return reached().leases().grant(id, ttl);
      }

      @Override
      public LeaseInfo renew(LeaseId id) {
        return reached().leases().renew(id);
      }

      @Override
      public Revision revoke(LeaseId id) {
        return reached().leases().revoke(id);
      }

      @Override
      public Optional<LeaseInfo> describe(LeaseId id) {
        return reached().leases().describe(id);
      }

      @Override
      public List<LeaseId> list() {
        return reached().leases().list();
      }
    };
  }

  @Override
  public Watches watches() {
    return options -> reached().watches().open(options);
  }

  @Override
  public StoreStatus status() {
    return reached().status();
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
