package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Leases: cases 73 to 81, 84 to 88, and 14 and 15, which wait for leases to end.
 *
 * @since 0.1
 */
public interface LeasesContract extends StoreFixture {
  /** A lease has a positive name and lives at least as long as was asked. */
  @Test
  @Case(73)
  @Verifies("G17")
  default void aLeaseLivesAtLeastAsLongAsAsked() {
    try (Store store = open()) {
      Duration shortest = store.limits().shortestTtl();
      assertThat(shortest).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
      for (Duration ttl :
          List.of(Duration.ofMillis(1), shortest, Duration.ofMillis(61_001), Duration.ofDays(30))) {
        LeaseInfo lease = store.leases().grant(ttl);
        assertThat(lease.id().value()).isPositive();
        assertThat(lease.granted()).isGreaterThanOrEqualTo(ttl).isGreaterThanOrEqualTo(shortest);
        assertThat(lease.granted()).isEqualTo(Duration.ofSeconds(lease.granted().toSeconds()));
        assertThat(lease.remaining()).isLessThanOrEqualTo(lease.granted());
        store.leases().revoke(lease.id());
      }
    }
  }

  /** A name that the caller chose is granted once. */
  @Test
  @Case(74)
  @Verifies("G21")
  default void aChosenNameIsGrantedOnce() {
    try (Store store = open()) {
      LeaseId id = LeaseId.of(freshKey().hashCode() * 0x1_0000_0001L | 1);
      assertThat(store.leases().grant(id, Duration.ofMinutes(1)).id()).isEqualTo(id);

      assertThatExceptionOfType(RequestRefusedException.class)
          .isThrownBy(() -> store.leases().grant(id, Duration.ofHours(1)))
          .returns(Reason.LEASE_EXISTS, RequestRefusedException::reason);
      assertThat(store.leases().describe(id).orElseThrow().granted())
          .isLessThan(Duration.ofHours(1));
      store.leases().revoke(id);
      assertThat(store.leases().grant(id, Duration.ofMinutes(1)).id()).isEqualTo(id);
      store.leases().revoke(id);
      LeaseInfo chosen = store.leases().grant(LeaseId.NONE, Duration.ofMinutes(1));
      assertThat(chosen.id()).isNotEqualTo(LeaseId.NONE);
      store.leases().revoke(chosen.id());
    }
  }

  /** A time to live that is not positive, or too long, is refused. */
  @Test
  @Case(75)
  @Verifies({"G12", "G17"})
  default void aTimeToLiveOutOfRangeIsRefused() {
    try (Store store = openEmpty()) {
      for (Duration ttl :
          List.of(
              Duration.ZERO,
              Duration.ofSeconds(-1),
              store.limits().longestTtl().plusSeconds(1),
              Duration.ofSeconds(Long.MAX_VALUE))) {
        assertThatExceptionOfType(RequestRefusedException.class)
            .isThrownBy(() -> store.leases().grant(ttl))
            .returns(Reason.TTL_OUT_OF_RANGE, RequestRefusedException::reason);
      }
      assertThat(store.leases().list()).isEmpty();
      LeaseInfo longest = store.leases().grant(store.limits().longestTtl());
      assertThat(longest.granted()).isGreaterThanOrEqualTo(store.limits().longestTtl());
    }
  }

  /** A lease is described with what remains of it and what is attached to it. */
  @Test
  @Case(76)
  @Verifies({"G17", "G19"})
  default void aLeaseIsDescribedWithWhatRemainsAndWhatIsAttached() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      LeaseInfo lease = store.leases().grant(Duration.ofSeconds(60));
      store.keyValues().put(space.key("b"), Bytes.EMPTY, lease.id());
      store.keyValues().put(space.key("a"), Bytes.EMPTY, lease.id());
      advance(store, Duration.ofSeconds(1));

      LeaseInfo described = store.leases().describe(lease.id()).orElseThrow();
      assertThat(described.id()).isEqualTo(lease.id());
      assertThat(described.granted()).isEqualTo(lease.granted());
      assertThat(described.remaining()).isPositive().isLessThan(lease.granted());
      assertThat(described.keys()).containsExactly(space.key("a"), space.key("b"));
      store.leases().revoke(lease.id());
      assertThat(store.leases().describe(lease.id())).isEmpty();
    }
  }

  /** Revoking removes what is attached, in key order and one revision, and nothing else. */
  @Test
  @Case({77, 85})
  @Verifies({"G2", "G19", "G24"})
  default void revokingRemovesWhatIsAttachedInOneRevision() {
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      LeaseId lease = store.leases().grant(Duration.ofMinutes(1)).id();
      store.keyValues().put(space.key("free"), Bytes.EMPTY);
      for (String name : List.of("c", "a", "b", "a")) {
        store.keyValues().put(space.key(name), Bytes.utf8("x"), lease);
      }
      assertThat(store.leases().describe(lease).orElseThrow().keys()).hasSize(3);
      Revision before = store.keyValues().current();
      try (Watch watch =
          store.watches().open(WatchOptions.of(space.below()).withPreviousValues())) {
        assertThat(store.leases().revoke(lease)).isEqualTo(before.next());

        WatchBatch batch = Deliveries.of(watch, this).nextChanges();
        assertThat(batch.changes())
            .extracting(Change::key)
            .containsExactly(space.key("a"), space.key("b"), space.key("c"));
        assertThat(batch.changes())
            .allMatch(change -> change.kind() == Change.Kind.DELETE)
            .allMatch(change -> change.revision().equals(before.next()))
            .allMatch(change -> change.previous().orElseThrow().lease().equals(Optional.of(lease)));
      }
      assertThat(store.keyValues().list(KeyRange.all()).entries())
          .extracting(Entry::key)
          .containsExactly(space.key("free"));
      assertThatExceptionOfType(RequestRefusedException.class)
          .isThrownBy(() -> store.leases().revoke(lease))
          .returns(Reason.LEASE_NOT_FOUND, RequestRefusedException::reason);
      LeaseId bare = store.leases().grant(Duration.ofMinutes(1)).id();
      assertThat(store.leases().revoke(bare)).isEqualTo(before.next());
    }
  }

  /** When a lease expires, its keys go in one revision. */
  @Test
  @Case({78, 80})
  @Verifies({"G18", "G19"})
  default void anExpiredLeaseTakesItsKeysInOneRevision() {
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      LeaseInfo lease = store.leases().grant(ttl());
      for (String name : List.of("b", "c", "a")) {
        store.keyValues().put(space.key(name), Bytes.EMPTY, lease.id());
      }
      Revision before = store.keyValues().put(space.key("free"), Bytes.EMPTY);
      try (Watch watch = store.watches().open(WatchOptions.of(space.below()))) {
        advance(store, lateFor(store, lease));

        assertThat(store.keyValues().list(space.below()).entries())
            .extracting(Entry::key)
            .containsExactly(space.key("free"));
        assertThat(store.leases().describe(lease.id())).isEmpty();
        WatchBatch batch = Deliveries.of(watch, this).nextChanges();
        assertThat(batch.revision()).isEqualTo(before.next());
        assertThat(batch.changes())
            .extracting(Change::key)
            .containsExactly(space.key("a"), space.key("b"), space.key("c"));
      }
    }
  }

  /** A lease that is renewed in time never loses its key. */
  @Test
  @Case(79)
  @Verifies("G17")
  default void aLeaseRenewedInTimeNeverLosesItsKey() {
    try (Store store = open()) {
      Key key = freshKey();
      LeaseInfo lease = store.leases().grant(ttl());
      Revision put = store.keyValues().put(key, Bytes.EMPTY, lease.id());
      for (int i = 0; i < (tolerance().isZero() ? 30 : 12); i++) {
        advance(store, lease.granted().dividedBy(3));
        assertThat(store.leases().renew(lease.id()).granted()).isEqualTo(lease.granted());
        assertThat(store.keyValues().get(key).orElseThrow().modified()).isEqualTo(put);
      }
      store.leases().revoke(lease.id());
    }
  }

  /** A lease does not end a moment before its time to live has passed. */
  @Test
  @Case(79)
  @Verifies("G17")
  default void aLeaseDoesNotEndEarly() {
    try (Store store = open()) {
      int inTime = 0;
      while (inTime < 2) {
        // Whoever looks too late, on a busy machine, has learned nothing.
        inTime += livesUntilItsTime(store) ? 1 : 0;
      }
    }
  }

  private boolean livesUntilItsTime(Store store) {
    long begun = store.runtime().nanoTime();
    Key key = freshKey();
    LeaseInfo lease = store.leases().grant(Duration.ofSeconds(4));
    store.keyValues().put(key, Bytes.EMPTY, lease.id());
    advance(store, lease.granted().minus(tolerance()).minusMillis(1));
    boolean kept = store.keyValues().get(key).isPresent();
    long renewed = store.runtime().nanoTime();
    boolean renews = renews(store, lease.id());
    if (!isBefore(store, begun, lease)) {
      return false;
    }
    assertThat(kept).isTrue();
    assertThat(renews).isTrue();
    advance(store, lease.granted().minus(tolerance()).minusMillis(1));
    boolean keptOn = store.keyValues().get(key).isPresent();
    if (!isBefore(store, renewed, lease)) {
      return false;
    }
    assertThat(keptOn).isTrue();
    store.leases().revoke(lease.id());
    return true;
  }

  /** Whether a lease that was granted or renewed after {@code begun} must be there now. */
  private static boolean isBefore(Store store, long begun, LeaseInfo lease) {
    return store.runtime().nanoTime() - begun < lease.granted().toNanos();
  }

  private static boolean renews(Store store, LeaseId lease) {
    try {
      return store.leases().renew(lease).id().equals(lease);
    } catch (LeaseLostException lost) {
      return false;
    }
  }

  /** An expired lease never comes back, whoever asks. */
  @Test
  @Case(81)
  @Verifies("G20")
  default void anExpiredLeaseNeverComesBack() {
    try (Store store = open()) {
      Key key = freshKey();
      LeaseInfo lease = store.leases().grant(ttl());
      store.keyValues().put(key, Bytes.EMPTY, lease.id());
      advance(store, lateFor(store, lease));

      for (int i = 0; i < 2; i++) {
        assertThatExceptionOfType(LeaseLostException.class)
            .isThrownBy(() -> store.leases().renew(lease.id()))
            .returns(lease.id(), LeaseLostException::lease);
        assertThat(store.keyValues().get(key)).isEmpty();
      }
      assertThatExceptionOfType(RequestRefusedException.class)
          .isThrownBy(() -> store.keyValues().put(key, Bytes.EMPTY, lease.id()))
          .returns(Reason.LEASE_NOT_FOUND, RequestRefusedException::reason);
      assertThat(store.leases().list()).doesNotContain(lease.id());
    }
  }

  /** A put without a lease detaches the key, which then outlives the lease. */
  @Test
  @Case(14)
  @Verifies("G19")
  default void aKeyThatWasDetachedOutlivesTheLease() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      LeaseInfo lease = store.leases().grant(ttl());
      store.keyValues().put(space.key("detached"), Bytes.EMPTY, lease.id());
      store.keyValues().put(space.key("attached"), Bytes.EMPTY, lease.id());
      store.keyValues().put(space.key("detached"), Bytes.EMPTY);
      advance(store, lateFor(store, lease));

      assertThat(store.keyValues().list(space.below()).entries())
          .extracting(Entry::key)
          .containsExactly(space.key("detached"));
      assertThat(store.keyValues().get(space.key("detached")).orElseThrow().lease()).isEmpty();
    }
  }

  /** A put with another lease moves the key to it. */
  @Test
  @Case(15)
  @Verifies("G19")
  default void aKeyThatWasMovedEndsWithItsNewLease() {
    try (Store store = open()) {
      Key key = freshKey();
      LeaseInfo first = store.leases().grant(ttl());
      LeaseInfo second = store.leases().grant(Duration.ofMinutes(10));
      store.keyValues().put(key, Bytes.EMPTY, first.id());
      store.keyValues().put(key, Bytes.EMPTY, second.id());
      advance(store, lateFor(store, first));

      assertThat(store.keyValues().get(key).orElseThrow().lease()).contains(second.id());
      assertThat(store.leases().describe(second.id()).orElseThrow().keys()).containsExactly(key);
      store.leases().revoke(second.id());
      assertThat(store.keyValues().get(key)).isEmpty();
    }
  }

  /** A key that was deleted by hand is not deleted again with its lease. */
  @Test
  @Case(84)
  @Verifies({"G2", "G19"})
  default void aKeyDeletedByHandIsNotDeletedAgain() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      LeaseId lease = store.leases().grant(Duration.ofMinutes(1)).id();
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
        store.keyValues().put(key, Bytes.EMPTY, lease);
        store.keyValues().delete(key);
        Revision deleted = store.keyValues().current();
        assertThat(store.leases().revoke(lease)).isEqualTo(deleted);
        Revision again = store.keyValues().put(key, Bytes.EMPTY);

        assertThat(Deliveries.of(watch, this).changesUntil(again))
            .extracting(Change::kind)
            .containsExactly(Change.Kind.PUT, Change.Kind.DELETE, Change.Kind.PUT);
      }
    }
  }

  /** Ten thousand keys of one lease go in one revision. */
  @Test
  @Case(86)
  @Verifies({"G19", "G27", "G37"})
  default void tenThousandKeysGoInOneRevision() {
    int count = 10_000;
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      LeaseId lease = store.leases().grant(Duration.ofMinutes(10)).id();
      List<Operation> puts = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        puts.add(Put.of(space.key(KeySpace.ordered(i)), Bytes.EMPTY).withLease(lease));
        if (puts.size() == store.limits().operations() || i == count - 1) {
          Commit unused = store.keyValues().commit(new Transaction(List.of(), puts, List.of()));
          puts = new ArrayList<>();
        }
      }
      Revision before = store.keyValues().current();
      try (Watch watch = store.watches().open(WatchOptions.of(space.below()))) {
        assertThat(store.leases().revoke(lease)).isEqualTo(before.next());
        WatchBatch batch = Deliveries.of(watch, this).nextChanges();
        assertThat(batch.changes())
            .hasSize(count)
            .isSortedAccordingTo(Comparator.comparing(Change::key));
      }
      assertThat(store.keyValues().list(space.below()).count()).isZero();
    }
  }

  /** The leases that live are listed, in order, and no others. */
  @Test
  @Case(87)
  @Verifies({"G18", "G20"})
  default void theLeasesThatLiveAreListed() {
    try (Store store = openEmpty()) {
      LeaseInfo expiring = store.leases().grant(ttl());
      LeaseId revoked = store.leases().grant(Duration.ofMinutes(10)).id();
      LeaseId second = store.leases().grant(LeaseId.of(2), Duration.ofMinutes(10)).id();
      LeaseId first = store.leases().grant(LeaseId.of(1), Duration.ofMinutes(10)).id();
      assertThat(store.leases().list())
          .containsExactlyInAnyOrder(expiring.id(), revoked, first, second)
          .isSorted();
      store.leases().revoke(revoked);
      advance(store, lateFor(store, expiring));

      assertThat(store.leases().list()).containsExactly(first, second);
    }
  }

  /** Steps of the wall clock end no lease and prolong none. */
  @Test
  @Case(88)
  @Verifies("G23")
  default void stepsOfTheWallClockDoNothing(CaseRecord record) {
    try (Store store = open()) {
      WallClock clock = record.require(wallClock(store), NotApplicable.NO_WALL_CLOCK);
      Key key = freshKey();
      LeaseInfo lease = store.leases().grant(Duration.ofSeconds(60));
      store.keyValues().put(key, Bytes.EMPTY, lease.id());
      clock.step(Duration.ofHours(1));
      advance(store, Duration.ofSeconds(30));
      assertThat(store.keyValues().get(key)).isPresent();
      clock.step(Duration.ofHours(-2));
      advance(store, lateFor(store, lease).minusSeconds(30));
      assertThat(store.keyValues().get(key)).isEmpty();
      assertThat(store.leases().describe(lease.id())).isEmpty();
    }
  }

  /** How long after a renewal a lease is certainly gone. */
  private Duration lateFor(Store store, LeaseInfo lease) {
    return lease.granted().plus(store.limits().expiryBound()).plus(tolerance());
  }
}
