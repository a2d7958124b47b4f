package dev.plinth.storage.memory;

import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Leases;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import dev.plinth.storage.mvcc.LeaseRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The leases. Every call goes through the writer, which ends what is over before it does anything
 * else; so an answer never comes from a lease whose time has passed.
 */
final class MemoryLeases implements Leases {
  private final MemoryWriter writer;
  private final MemoryLeaseClocks clocks;
  private final MemoryLeaseTimer timer;
  private final StoreRuntime runtime;
  private final StoreLimits limits;

  MemoryLeases(
      MemoryWriter writer,
      MemoryLeaseClocks clocks,
      MemoryLeaseTimer timer,
      StoreRuntime runtime,
      StoreLimits limits) {
    this.writer = writer;
    this.clocks = clocks;
    this.timer = timer;
    this.runtime = runtime;
    this.limits = limits;
  }

  @Override
  public LeaseInfo grant(Duration ttl) {
    return grant(LeaseId.NONE, ttl);
  }

  @Override
  public LeaseInfo grant(LeaseId id, Duration ttl) {
    Duration granted = RequestRules.grantableTtl(ttl, limits);
    LeaseRecord lease = writer.run(new GrantRequest(id, granted));
    timer.lookIn(granted);
    return info(lease, granted, List.of());
  }

  private static LeaseInfo info(LeaseRecord lease, Duration remaining, List<Key> keys) {
    return new LeaseInfo(lease.id(), lease.ttl(), remaining, keys);
  }

  @Override
  public LeaseInfo renew(LeaseId id) {
    LeaseRecord lease = writer.run(new RenewRequest(id));
    return info(lease, lease.ttl(), List.of());
  }

  @Override
  public Revision revoke(LeaseId id) {
    return writer.run(new RevokeRequest(id));
  }

  @Override
  public Optional<LeaseInfo> describe(LeaseId id) {
    return writer.run(
        new MemoryRequest<Optional<LeaseInfo>>() {
          @Override
          Optional<LeaseInfo> apply(KeyspaceEdit edit) {
            return edit.lease(id)
                .map(lease -> info(lease, Duration.ofNanos(clocks.remaining(id)), lease.keys()));
          }
        });
  }

  @Override
  public List<LeaseId> list() {
    return writer.run(
        new MemoryRequest<List<LeaseId>>() {
          @Override
          List<LeaseId> apply(KeyspaceEdit edit) {
            return edit.leases().stream().map(LeaseRecord::id).toList();
          }
        });
  }

  private final class GrantRequest extends MemoryRequest<LeaseRecord> {
    private final LeaseId id;
    private final Duration ttl;

    GrantRequest(LeaseId id, Duration ttl) {
      this.id = id;
      this.ttl = ttl;
    }

    @Override
    LeaseRecord apply(KeyspaceEdit edit) {
      return edit.grant(id.equals(LeaseId.NONE) ? unused(edit) : id, ttl);
    }

    private LeaseId unused(KeyspaceEdit edit) {
      LeaseId candidate;
      do {
        candidate = LeaseId.of(runtime.random().nextLong(1, Long.MAX_VALUE));
      } while (edit.lease(candidate).isPresent());
      return candidate;
    }

    @Override
    void settle(Keyspace published, LeaseRecord lease) {
      clocks.start(lease);
    }
  }

  private final class RenewRequest extends MemoryRequest<LeaseRecord> {
    private final LeaseId id;

    RenewRequest(LeaseId id) {
      this.id = id;
    }

    @Override
    LeaseRecord apply(KeyspaceEdit edit) {
      return edit.lease(id).orElseThrow(() -> new LeaseLostException(id));
    }

    @Override
    void settle(Keyspace published, LeaseRecord lease) {
      clocks.renew(id);
    }
  }

  private final class RevokeRequest extends MemoryRequest<Revision> {
    private final LeaseId id;

    RevokeRequest(LeaseId id) {
      this.id = id;
    }

    @Override
    Revision apply(KeyspaceEdit edit) {
      return edit.revoke(id);
    }

    @Override
    void settle(Keyspace published, Revision revision) {
      clocks.remove(id);
    }
  }
}
