package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.storage.mvcc.LeaseRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What is said of leases. Stateless. */
final class LeaseAnswers {
  /** There is no such lease. */
  static final Answer NONE = new Answer.Lease(Optional.empty());

  private LeaseAnswers() {}

  /** A lease that has all of its time. */
  static Answer granted(LeaseRecord lease) {
    return of(lease, lease.ttl(), List.of());
  }

  static Answer described(LeaseRecord lease, Duration remaining) {
    return of(lease, remaining, lease.keys());
  }

  private static Answer of(LeaseRecord lease, Duration remaining, List<Key> keys) {
    return new Answer.Lease(Optional.of(new LeaseInfo(lease.id(), lease.ttl(), remaining, keys)));
  }
}
