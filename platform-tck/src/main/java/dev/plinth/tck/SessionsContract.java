package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionEnd;
import dev.plinth.spi.session.SessionEvent;
import dev.plinth.spi.session.SessionPolicy;
import dev.plinth.spi.session.SessionState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Leases that are held: how they are kept, believed in, lost and given up.
 *
 * @since 0.1
 */
public interface SessionsContract extends StoreFixture {
  /** A session outlives its time to live many times over, with all its keys. */
  @Test
  @Verifies("G44")
  default void aSessionKeepsItsLeaseForAsLongAsItIsOpen() {
    try (Store store = open();
        Session session = Session.open(store, ttl(), SessionPolicy.END)) {
      Key key = freshKey();
      store.keyValues().put(key, Bytes.utf8("here"), session.lease());
      for (int i = 0; i < 12; i++) {
        advance(store, session.ttl().dividedBy(3));
        assertThat(session.isHeld()).isTrue();
      }
      assertThat(session.state()).isEqualTo(SessionState.HELD);
      assertThat(session.end()).isEmpty();
      assertThat(store.keyValues().get(key)).isPresent();
      assertThat(store.leases().describe(session.lease()))
          .hasValueSatisfying(lease -> assertThat(lease.keys()).containsExactly(key));
    }
  }

  /** A time to live that is none is refused, and no lease is left behind. */
  @Test
  @Verifies("G17")
  default void aSessionWithoutTimeToLiveIsRefused() {
    try (Store store = open()) {
      assertThatThrownBy(() -> Session.open(store, Duration.ZERO, SessionPolicy.END))
          .isInstanceOf(RequestRefusedException.class);
    }
  }

  /** Closing revokes: all keys go at one revision, and nothing else does. */
  @Test
  @Case(153)
  @Verifies({"G19", "G42"})
  default void closingRemovesEveryKeyOfTheSessionInOneRevision() {
    try (Store store = open()) {
      KeySpace keys = freshKeySpace();
      store.keyValues().put(keys.key("other"), Bytes.utf8("stays"));
      Session session = Session.open(store, ttl(), SessionPolicy.END);
      for (int i = 0; i < 5; i++) {
        store.keyValues().put(keys.key("own", "" + i), Bytes.EMPTY, session.lease());
      }
      try (Watch watch = store.watches().open(WatchOptions.of(keys.below()))) {
        session.close();
        session.close();
        List<Change> changes = Deliveries.of(watch, this).changes(5);
        assertThat(changes).extracting(Change::kind).containsOnly(Change.Kind.DELETE).hasSize(5);
        assertThat(changes.stream().map(Change::revision).distinct()).hasSize(1);
      }
      assertThat(session.end().map(SessionEnd::reason)).contains(SessionEnd.Reason.CLOSED);
      assertThat(session.isHeld()).isFalse();
      assertThat(session.state()).isEqualTo(SessionState.ENDED);
      assertThat(store.leases().describe(session.lease())).isEmpty();
      assertThat(store.keyValues().get(keys.key("other"))).isPresent();
    }
  }

  /** An orphaned session leaves its keys until the time to live has passed, and no longer. */
  @Test
  @Case(153)
  @Verifies({"G17", "G18"})
  default void orphaningLeavesTheKeysUntilTheTimeToLiveHasPassed() {
    try (Store store = open()) {
      Key key = freshKey();
      Session session = Session.open(store, ttl(), SessionPolicy.END);
      store.keyValues().put(key, Bytes.EMPTY, session.lease());
      session.orphan();
      session.close();
      assertThat(session.end().map(SessionEnd::reason)).contains(SessionEnd.Reason.ORPHANED);
      assertThat(store.keyValues().get(key)).isPresent();
      Await.of(this)
          .advancing(
              "the key goes with the lease",
              this,
              store,
              session.ttl().dividedBy(4),
              () -> store.keyValues().get(key).isEmpty());
    }
  }

  /** A listener that never returns keeps neither the signal from others nor the lease from life. */
  @Test
  @Case(154)
  @Verifies({"G41", "G44"})
  default void aBlockedListenerDelaysNobodyElse() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    List<SessionEvent> heard = new CopyOnWriteArrayList<>();
    try (Store store = open()) {
      Session session = Session.open(store, ttl(), SessionPolicy.END);
      UnreliableStore unreliable = new UnreliableStore(store);
      Session suspected = Session.open(unreliable, ttl(), SessionPolicy.END);
      suspected.onEvent(event -> waitFor(never));
      session.onEvent(event -> waitFor(never));
      suspected.onEvent(heard::add);
      Future<SessionEnd> end = Concurrently.start(suspected::awaitEnd);
      unreliable.cut();
      for (int i = 0; i < 8; i++) {
        advance(store, session.ttl().dividedBy(4));
      }
      assertThat(Concurrently.result(end, patience()).reason()).isEqualTo(SessionEnd.Reason.LOST);
      Await.of(this).until("the other listener hears", () -> heard.size() == 2);
      assertThat(session.isHeld()).isTrue();
      session.close();
      assertThat(session.awaitEnd().reason()).isEqualTo(SessionEnd.Reason.CLOSED);
    } finally {
      never.countDown();
    }
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** Without an answer the holder stops believing while the store still keeps the lease. */
  @Test
  @Verifies({"G44", "G46"})
  default void theHolderStopsBelievingBeforeTheStoreCanExpireTheLease() {
    try (Store store = open()) {
      // A listener that runs too late, where time is real, has learned nothing.
      int rounds = tolerance().isZero() ? 1 : 5;
      boolean inTime = false;
      for (int round = 0; round < rounds && !inTime; round++) {
        inTime = hearsBeforeTheStoreMayExpireTheLease(store);
      }
      assertThat(inTime).as("it hears within the time to live, once in %s rounds", rounds).isTrue();
    }
  }

  private boolean hearsBeforeTheStoreMayExpireTheLease(Store store) {
    record Look(boolean keyWasThere, long nanoTime) {}
    UnreliableStore unreliable = new UnreliableStore(store);
    Key key = freshKey();
    List<Look> looks = new CopyOnWriteArrayList<>();
    long begun = store.runtime().nanoTime();
    try (Session session = Session.open(unreliable, ttl(), SessionPolicy.END)) {
      store.keyValues().put(key, Bytes.EMPTY, session.lease());
      session.onEvent(event -> {
        if (event instanceof SessionEvent.Ended) {
          boolean there = store.keyValues().get(key).isPresent();
          looks.add(new Look(there, store.runtime().nanoTime()));
        }
      });
      unreliable.cut();
      Duration step = session.ttl().dividedBy(20);
      Await.of(this)
          .advancing("the session ends", this, store, step, () -> session.end().isPresent());
      assertThat(session.isHeld()).isFalse();
      Await.of(this).until("the listener hears", () -> !looks.isEmpty());
      Look look = looks.getFirst();
      boolean inTime = look.nanoTime() - begun < session.ttl().toNanos();
      assertThat(look.keyWasThere() || !inTime).as("the key was there").isTrue();
      assertThat(looks).hasSize(1);
      Await.of(this)
          .advancing(
              "the key goes later", this, store, step, () -> store.keyValues().get(key).isEmpty());
      return inTime;
    }
  }

  /** A renewal that hangs delays the loss as little as one that fails, and comes too late. */
  @Test
  @Verifies({"G44", "G46"})
  default void anAnswerThatComesLateDoesNotBringALeaseBack() {
    try (Store store = open()) {
      UnreliableStore unreliable = new UnreliableStore(store);
      try (Session ending = Session.open(unreliable, ttl(), SessionPolicy.END);
          Session renewing = Session.open(unreliable, ttl(), SessionPolicy.RENEW)) {
        LeaseId first = renewing.lease();
        unreliable.stall();
        Duration step = ttl().dividedBy(8);
        Await.of(this)
            .advancing("the loss", this, store, step, () -> !ending.isHeld() && !renewing.isHeld());
        Await.of(this).until("the end", () -> ending.end().isPresent());
        unreliable.mend();
        Await.of(this).advancing("a new lease", this, store, step, renewing::isHeld);
        assertThat(ending.isHeld()).isFalse();
        assertThat(renewing.isHeld(first)).isFalse();
        assertThat(renewing.lease()).isNotEqualTo(first);
        assertThat(store.leases().describe(renewing.lease())).isPresent();
      }
    }
  }

  /** A short outage makes a session suspect and costs nothing. */
  @Test
  @Verifies("G44")
  default void aShortOutageIsSuspectedAndConfirmed() {
    try (Store store = open()) {
      UnreliableStore unreliable = new UnreliableStore(store);
      List<SessionEvent> events = new CopyOnWriteArrayList<>();
      try (Session session = Session.open(unreliable, ttl(), SessionPolicy.END)) {
        session.onEvent(events::add);
        LeaseId lease = session.lease();
        Duration step = session.ttl().dividedBy(20);
        unreliable.cut();
        Await.of(this)
            .advancing(
                "suspicion", this, store, step, () -> session.state() == SessionState.SUSPECT);
        assertThat(session.isHeld()).isTrue();
        unreliable.mend();
        Await.of(this)
            .advancing(
                "confirmation", this, store, step, () -> session.state() == SessionState.HELD);
        Await.of(this).until("both are told", () -> events.size() == 2);
        assertThat(events)
            .containsExactly(new SessionEvent.Suspected(lease), new SessionEvent.Confirmed(lease));
        assertThat(session.isHeld(lease)).isTrue();
      }
    }
  }

  /** A lease revoked by someone else ends a session that is to end with it. */
  @Test
  @Verifies({"G20", "G44"})
  default void aRevokedLeaseEndsTheSession() {
    try (Store store = open();
        Session session = Session.open(store, ttl(), SessionPolicy.END)) {
      Future<SessionEnd> end = Concurrently.start(session::awaitEnd);
      store.leases().revoke(session.lease());
      advance(store, session.ttl().dividedBy(2));
      SessionEnd over = Concurrently.result(end, patience());
      assertThat(over.reason()).isEqualTo(SessionEnd.Reason.LOST);
      assertThat(over.lease()).isEqualTo(session.lease());
      assertThat(over.cause()).containsInstanceOf(LeaseLostException.class);
      assertThatThrownBy(session::awaitHeld).isInstanceOf(LeaseLostException.class);
    }
  }

  /** Under the policy to renew, a lost lease is followed by another and the owner is told once. */
  @Test
  @Verifies({"G20", "G44"})
  default void aLostLeaseIsReplacedAndTheOwnerPutsItsKeysAgain() throws InterruptedException {
    try (Store store = open()) {
      Key key = freshKey();
      List<SessionEvent> events = new CopyOnWriteArrayList<>();
      try (Session session = Session.open(store, ttl(), SessionPolicy.RENEW)) {
        LeaseId first = session.lease();
        store.keyValues().put(key, Bytes.EMPTY, first);
        session.onEvent(event -> {
          if (event instanceof SessionEvent.Renewed renewed) {
            store.keyValues().put(key, Bytes.EMPTY, renewed.lease());
          }
          // Only where time is real may a session hear of the loss so late that it has doubts
          // first.
          if (tolerance().isZero() || !(event instanceof SessionEvent.Suspected)) {
            events.add(event);
          }
        });
        store.leases().revoke(first);
        advance(store, session.ttl().dividedBy(2));
        Await.of(this).until("a new lease", () -> events.size() == 2);
        LeaseId second = session.awaitHeld();
        assertThat(second).isNotEqualTo(first);
        assertThat(events)
            .containsExactly(new SessionEvent.Lost(first), new SessionEvent.Renewed(first, second));
        assertThat(session.isHeld(first)).isFalse();
        assertThat(session.isHeld(second)).isTrue();
        assertThat(store.keyValues().get(key).flatMap(entry -> entry.lease())).contains(second);
      }
      assertThat(store.keyValues().get(key)).isEmpty();
      Await.of(this).until("the end is told", () -> events.size() == 3);
      assertThat(events.getLast()).isInstanceOf(SessionEvent.Ended.class);
    }
  }

  /** An outage longer than the time to live is outlived under the policy to renew. */
  @Test
  @Verifies("G44")
  default void aLongOutageEndsWithANewLease() {
    try (Store store = open()) {
      UnreliableStore unreliable = new UnreliableStore(store);
      List<SessionEvent> events = new CopyOnWriteArrayList<>();
      try (Session session = Session.open(unreliable, ttl(), SessionPolicy.RENEW)) {
        session.onEvent(events::add);
        LeaseId first = session.lease();
        Duration step = session.ttl().dividedBy(10);
        unreliable.cut();
        for (int i = 0; i < 20; i++) {
          advance(store, step);
        }
        Await.of(this).until("the loss is told", () -> events.size() == 2);
        assertThat(session.isHeld()).isFalse();
        assertThat(session.state()).isEqualTo(SessionState.SUSPECT);
        assertThat(session.end()).isEmpty();
        unreliable.mend();
        Await.of(this).advancing("a new lease", this, store, step, session::isHeld);
        Await.of(this).until("it is told", () -> events.size() == 3);
        assertThat(events)
            .containsExactly(
                new SessionEvent.Suspected(first),
                new SessionEvent.Lost(first),
                new SessionEvent.Renewed(first, session.lease()));
      }
    }
  }

  /** A lost answer to the grant is found out about; a lost answer to a renewal costs nothing. */
  @Test
  @Verifies({"G21", "G39"})
  default void lostAnswersDoNotLoseTheLease() {
    try (Store store = open()) {
      UnreliableStore unreliable = new UnreliableStore(store);
      unreliable.loseAnswers(1);
      try (Session session = Session.open(unreliable, ttl(), SessionPolicy.END)) {
        assertThat(store.leases().describe(session.lease())).isPresent();
        for (int i = 0; i < 9; i++) {
          unreliable.loseAnswers(i % 3 == 0 ? 1 : 0);
          advance(store, session.ttl().dividedBy(3));
        }
        assertThat(session.end()).isEmpty();
        Await.of(this).until("it holds", session::isHeld);
      }
      unreliable.loseAnswers(2);
      assertThatThrownBy(() -> Session.open(unreliable, ttl(), SessionPolicy.END))
          .isInstanceOf(OutcomeUnknownException.class);
      unreliable.cut();
      assertThatThrownBy(() -> Session.open(unreliable, ttl(), SessionPolicy.END))
          .isInstanceOf(StoreUnavailableException.class);
    }
  }

  /** A process that stood still longer than its lease sees the loss before anything else. */
  @Test
  @Case(141)
  @Verifies({"G44", "G46"})
  default void afterAPauseTheFirstThingSeenIsTheLoss() {
    try (Store store = open()) {
      PausedRuntime paused = new PausedRuntime(store.runtime());
      UnreliableStore process = new UnreliableStore(store, paused);
      Key key = freshKey();
      try (Session session = Session.open(process, ttl(), SessionPolicy.END)) {
        store.keyValues().put(key, Bytes.EMPTY, session.lease());
        assertThat(session.isHeld()).isTrue();
        paused.pause();
        Await.of(this)
            .advancing(
                "the store expires the lease",
                this,
                store,
                session.ttl().dividedBy(4),
                () -> store.keyValues().get(key).isEmpty());
        // No task of the process has run, but whoever asks is told the truth.
        assertThat(session.end()).isEmpty();
        assertThat(session.isHeld()).isFalse();
        assertThat(session.state()).isEqualTo(SessionState.SUSPECT);
        paused.resume();
        Await.of(this)
            .advancing(
                "the session ends",
                this,
                store,
                Duration.ofMillis(10),
                () -> session.end().isPresent());
        assertThat(session.end().map(SessionEnd::reason)).contains(SessionEnd.Reason.LOST);
      }
    }
  }

  /** A session on a store that was closed ends, and says why. */
  @Test
  @Verifies("G42")
  default void closingTheStoreEndsTheSession() {
    Store store = open();
    Session session = Session.open(store, ttl(), SessionPolicy.RENEW);
    store.close();
    advance(store, session.ttl().dividedBy(2));
    Await.of(this).until("the session ends", () -> session.end().isPresent());
    assertThat(session.end().map(SessionEnd::reason)).contains(SessionEnd.Reason.STORE_CLOSED);
    assertThatThrownBy(session::awaitHeld).isInstanceOf(HandleClosedException.class);
    session.close();
  }

  /** Events come to those who listen when they happen; the end also to those who come late. */
  @Test
  @Verifies({"G41", "G42"})
  default void eventsComeOnceAndTheEndAlsoLate() {
    try (Store store = open()) {
      List<SessionEvent> early = new CopyOnWriteArrayList<>();
      List<SessionEvent> stopped = new CopyOnWriteArrayList<>();
      List<SessionEvent> late = new CopyOnWriteArrayList<>();
      Session session = Session.open(store, ttl(), SessionPolicy.END);
      session.onEvent(early::add);
      session.onEvent(stopped::add).close();
      session.close();
      session.orphan();
      session.onEvent(late::add);
      SessionEvent ended = new SessionEvent.Ended(session.end().orElseThrow());
      Await.of(this).until("both heard", () -> !early.isEmpty() && !late.isEmpty());
      assertThat(early).containsExactly(ended);
      assertThat(late).containsExactly(ended);
      assertThat(stopped).isEmpty();
    }
  }

  /** Closing leaves no lease behind, whatever the session was doing. */
  @Test
  @Verifies("G42")
  default void openingAndClosingLeavesNoLease() {
    try (Store store = openEmpty()) {
      Revision before = store.keyValues().current();
      for (int i = 0; i < 20; i++) {
        Session.open(store, ttl(), i % 2 == 0 ? SessionPolicy.END : SessionPolicy.RENEW).close();
      }
      assertThat(store.leases().list()).isEmpty();
      assertThat(store.keyValues().current()).isEqualTo(before);
      advance(store, ttl().multipliedBy(2));
      assertThat(store.leases().list()).isEmpty();
      assertThat(Optional.of(store.keyValues().current())).contains(before);
    }
  }
}
