package dev.plinth.storage.hazelcast;

import static dev.plinth.spi.RequestRefusedException.Reason.LEASE_EXISTS;

import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.Leases;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreLimits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The leases. Their time is measured by the owner of the keyspace, which ends what is over before
 * it answers anybody; a renewal counts only once the replicas have confirmed that it is the owner.
 */
final class HazelcastLeases implements Leases {
  private final HazelcastLines lines;
  private final StoreLimits limits;

  HazelcastLeases(HazelcastLines lines, StoreLimits limits) {
    this.lines = lines;
    this.limits = limits;
  }

  @Override
  public LeaseInfo grant(Duration ttl) {
    return grant(LeaseId.NONE, ttl);
  }

  @Override
  public LeaseInfo grant(LeaseId id, Duration ttl) {
    Duration granted = RequestRules.grantableTtl(ttl, limits);
    if (!id.equals(LeaseId.NONE)) {
      return granted(id, granted);
    }
    while (true) {
      try {
        long chosen = lines.link().runtime().random().nextLong(1, Long.MAX_VALUE);
        return granted(LeaseId.of(chosen), granted);
      } catch (RequestRefusedException refused) {
        if (refused.reason() != LEASE_EXISTS) {
          throw refused;
        }
      }
    }
  }

  private LeaseInfo granted(LeaseId id, Duration ttl) {
    return lease(lines.writes().ask(new Request.Grant(id, ttl))).orElseThrow();
  }

  private static Optional<LeaseInfo> lease(Answer answer) {
    return ((Answer.Lease) answer).lease();
  }

  @Override
  public LeaseInfo renew(LeaseId id) {
    return lease(lines.reads().ask(new Request.Renew(id))).orElseThrow();
  }

  @Override
  public Revision revoke(LeaseId id) {
    return ((Answer.Done) lines.writes().ask(new Request.Revoke(id))).revision();
  }

  @Override
  public Optional<LeaseInfo> describe(LeaseId id) {
    return lease(lines.reads().ask(new Request.Describe(id)));
  }

  @Override
  public List<LeaseId> list() {
    return ((Answer.LeaseNames) lines.answer(new Request.ListLeases())).ids();
  }
}
