package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionEnd;
import dev.plinth.spi.session.SessionEvent;
import dev.plinth.spi.session.SessionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * Leases that are raced for and leases that are held: cases 82, 83 and 89 to 93.
 *
 * @since 0.1
 */
public interface LeaseHoldingContract extends StoreFixture {
  /** A renewal that races with expiry either keeps the key or finds the lease gone. */
  @Test
  @Case(82)
  @Verifies({"G17", "G20"})
  default void aRenewalRacingWithExpiryKeepsTheKeyOrFindsTheLeaseGone() {
    try (Store store = open()) {
      for (int round = 0; round < (tolerance().isZero() ? 200 : 5); round++) {
        Key key = freshKey();
        LeaseInfo lease = store.leases().grant(store.limits().shortestTtl());
        store.keyValues().put(key, Bytes.EMPTY, lease.id());
        Duration almost = lease.granted().minus(tolerance()).minusMillis(1);
        advance(store, almost);
        List<Boolean> results =
            Concurrently.run(
                patience(),
                2,
                thread ->
                    () -> {
                      if (thread == 0) {
                        advance(store, tolerance().plusMillis(2));
                        return true;
                      }
                      return renewedWithKey(store, lease.id(), key);
                    });
        assertThat(results).hasSize(2);
        if (results.get(1)) {
          assertThat(store.keyValues().get(key)).isPresent();
          store.leases().revoke(lease.id());
        } else {
          assertThat(store.keyValues().get(key)).isEmpty();
        }
      }
    }
  }

  private static boolean renewedWithKey(Store store, LeaseId lease, Key key) {
    try {
      LeaseInfo unused = store.leases().renew(lease);
    } catch (LeaseLostException lost) {
      assertThat(store.keyValues().get(key)).isEmpty();
      return false;
    }
    assertThat(store.keyValues().get(key)).isPresent();
    return true;
  }

  /** A put that races with the end of its lease is refused or undone, never left behind. */
  @Test
  @Case(83)
  @Verifies({"G19", "G20", "G38"})
  default void aPutRacingWithTheEndOfItsLeaseLeavesNothingBehind() {
    try (Store store = open()) {
      for (int round = 0; round < 200; round++) {
        Key key = freshKey();
        LeaseId lease = store.leases().grant(Duration.ofMinutes(1)).id();
        List<Boolean> applied =
            Concurrently.run(
                patience(),
                2,
                thread ->
                    () -> {
                      if (thread == 0) {
                        store.leases().revoke(lease);
                        return true;
                      }
                      try {
                        store.keyValues().put(key, Bytes.EMPTY, lease);
                        return true;
                      } catch (RequestRefusedException refused) {
                        assertThat(refused.reason()).isEqualTo(Reason.LEASE_NOT_FOUND);
                        return false;
                      }
                    });
        assertThat(applied.getFirst()).isTrue();
        assertThat(store.keyValues().get(key)).isEmpty();
      }
    }
  }

  /** After a fail-over no lease has less time than its holder was told. */
  @Test
  @Case(89)
  @Verifies("G22")
  default void aFailOverCutsNoLease(CaseRecord record) {
    try (Cluster cluster = record.require(startCluster(), NotApplicable.NO_FAIL_OVER);
        Store store = cluster.open()) {
      Key key = freshKey();
      LeaseInfo lease = store.leases().grant(Duration.ofSeconds(20));
      store.keyValues().put(key, Bytes.EMPTY, lease.id());
      cluster.failOver();

      LeaseInfo renewed =
          Await.of(this)
              .value(
                  "the lease is renewed after the fail-over",
                  () -> {
                    try {
                      return Optional.of(store.leases().renew(lease.id()));
                    } catch (StoreUnavailableException | OutcomeUnknownException again) {
                      return Optional.empty();
                    }
                  });
      assertThat(renewed.granted()).isEqualTo(lease.granted());
      assertThat(store.keyValues().get(key)).isPresent();
    }
  }

  /** A lease is held on when the server ends the stream that renews it. */
  @Test
  @Case(90)
  @Verifies({"G17", "G44"})
  default void aLeaseIsHeldOnWhenTheServerEndsItsStream(CaseRecord record) {
    try (Link link = record.require(openLink(), NotApplicable.NO_NETWORK);
        Session session =
            Session.open(link.store(), link.store().limits().shortestTtl(), SessionPolicy.END)) {
      for (int i = 0; i < 3; i++) {
        link.endStreams();
        advance(link.store(), session.ttl().dividedBy(2));
        assertThat(session.isHeld()).isTrue();
      }
      advance(link.store(), session.ttl());
      assertThat(session.isHeld()).isTrue();
      assertThat(link.store().leases().describe(session.lease())).isPresent();
    }
  }

  /** A listener that blocks for several times to live does not stop renewals. */
  @Test
  @Case(91)
  @Verifies({"G41", "G44"})
  default void aListenerThatBlocksDoesNotStopRenewals() {
    try (Store store = open();
        Session blocking = Session.open(store, store.limits().shortestTtl(), SessionPolicy.RENEW);
        Session other = Session.open(store, store.limits().shortestTtl(), SessionPolicy.END)) {
      CountDownLatch entered = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      blocking.onEvent(event -> {
        entered.countDown();
        awaitQuietly(release);
      });
      store.leases().revoke(blocking.lease());
      Await.of(this)
          .advancing(
              "the listener is called",
              this,
              store,
              other.ttl().dividedBy(6),
              () -> entered.getCount() == 0);
      try {
        for (int i = 0; i < 9; i++) {
          advance(store, other.ttl().dividedBy(3));
        }
        assertThat(other.isHeld()).isTrue();
        assertThat(store.leases().describe(other.lease())).isPresent();
        assertThat(blocking.isHeld()).isTrue();
        assertThat(store.leases().describe(blocking.lease())).isPresent();
      } finally {
        release.countDown();
      }
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The loss of a lease is told once. */
  @Test
  @Case(92)
  @Verifies({"G44", "G52"})
  default void theLossOfALeaseIsToldOnce() throws InterruptedException {
    try (Store store = open();
        Session session = Session.open(store, store.limits().shortestTtl(), SessionPolicy.END)) {
      List<SessionEvent> events = new CopyOnWriteArrayList<>();
      session.onEvent(events::add);
      store.leases().revoke(session.lease());
      Await.of(this)
          .advancing(
              "the session ends",
              this,
              store,
              session.ttl().dividedBy(6),
              () -> session.end().isPresent());
      SessionEnd end = session.awaitEnd();
      Await.of(this)
          .until(
              "the end is told",
              () -> events.stream().anyMatch(SessionEvent.Ended.class::isInstance));
      advance(store, session.ttl().multipliedBy(3));

      assertThat(end.reason()).isEqualTo(SessionEnd.Reason.LOST);
      assertThat(events.stream().filter(SessionEvent.Ended.class::isInstance)).hasSize(1);
      assertThat(events.stream().filter(SessionEvent.Lost.class::isInstance))
          .hasSizeLessThanOrEqualTo(1);
      assertThat(session.isHeld()).isFalse();
    }
  }

  /** Renewals go on although the thread that opened the session has ended. */
  @Test
  @Case(93)
  @Verifies({"G17", "G44"})
  default void renewalsOutliveTheThreadThatBeganThem() {
    try (Store store = open()) {
      Session opened =
          Concurrently.result(
              Concurrently.start(() -> {
                Session session =
                    Session.open(store, store.limits().shortestTtl(), SessionPolicy.END);
                Thread.currentThread().interrupt();
                return session;
              }),
              patience());
      try (Session session = opened) {
        for (int i = 0; i < 9; i++) {
          advance(store, session.ttl().dividedBy(3));
        }
        assertThat(session.isHeld()).isTrue();
        assertThat(store.leases().describe(session.lease())).isPresent();
      }
    }
  }
}
