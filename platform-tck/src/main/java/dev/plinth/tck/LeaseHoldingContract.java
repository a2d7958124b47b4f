package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

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
      int rounds = tolerance().isZero() ? 200 : 5;
      int inTime = 0;
      // Whoever looks too late, where time is real, has learned nothing.
      for (int round = 0; round < 4 * rounds && inTime < rounds; round++) {
        inTime += racesInTime(store) ? 1 : 0;
      }
      assertThat(inTime).as("looks in time").isEqualTo(rounds);
    }
  }

  private boolean racesInTime(Store store) {
    Key key = freshKey();
    long begun = store.runtime().nanoTime();
    LeaseInfo lease = store.leases().grant(store.limits().shortestTtl());
    try {
      store.keyValues().put(key, Bytes.EMPTY, lease.id());
    } catch (RequestRefusedException late) {
      assertThat(late.reason()).isEqualTo(Reason.LEASE_NOT_FOUND);
      assertThat(store.runtime().nanoTime() - begun)
          .isGreaterThanOrEqualTo(lease.granted().toNanos());
      return false;
    }
    advance(store, lease.granted().minus(tolerance()).minusMillis(1));
    List<Optional<Long>> renewals =
        Concurrently.run(
            patience(),
            2,
            thread ->
                () -> {
                  if (thread == 0) {
                    advance(store, tolerance().plusMillis(2));
                    return Optional.empty();
                  }
                  return renewed(store, lease.id(), key);
                });
    Optional<Long> renewal = renewals.get(1);
    boolean kept = store.keyValues().get(key).isPresent();
    if (renewal.isEmpty()) {
      assertThat(kept).isFalse();
      return true;
    }
    if (store.runtime().nanoTime() - renewal.get() >= lease.granted().toNanos()) {
      return false;
    }
    assertThat(kept).isTrue();
    // It goes by itself, too.
    Throwable unused = catchThrowable(() -> store.leases().revoke(lease.id()));
    return true;
  }

  /** Returns when a renewal that succeeded was sent; nothing if the lease was gone. */
  private static Optional<Long> renewed(Store store, LeaseId lease, Key key) {
    long sent = store.runtime().nanoTime();
    try {
      LeaseInfo unused = store.leases().renew(lease);
      return Optional.of(sent);
    } catch (LeaseLostException lost) {
      assertThat(store.keyValues().get(key)).isEmpty();
      return Optional.empty();
    }
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
        Session session = Session.open(link.store(), ttl(), SessionPolicy.END)) {
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
        Session blocking = Session.open(store, ttl(), SessionPolicy.RENEW);
        Session other = Session.open(store, ttl(), SessionPolicy.END)) {
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
        Session session = Session.open(store, ttl(), SessionPolicy.END)) {
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
                Session session = Session.open(store, ttl(), SessionPolicy.END);
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
