package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.election.FencingToken;
import dev.plinth.spi.lock.HeldLock;
import dev.plinth.spi.lock.LockName;
import dev.plinth.spi.lock.Locks;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Locks: held by one at a time, obtained in order, given up and lost.
 *
 * @since 0.1
 */
public interface LocksContract extends StoreFixture {
  private Session session(Store store) {
    return Session.open(store, ttl(), SessionPolicy.END);
  }

  private <T> T result(Future<T> future) {
    return Concurrently.result(future, patience());
  }

  private LockName freshLock() {
    return new LockName(freshKey());
  }

  private static List<Entry> queue(Store store, LockName name) {
    return store.keyValues().list(KeyRange.prefix(Key.utf8(name + "/"))).entries();
  }

  private void awaitContenders(Store store, LockName name, int count) {
    Await.of(this)
        .until(count + " contenders for " + name, () -> queue(store, name).size() == count);
  }

  /** A free lock is taken at once; its key is that of other clients' locks. */
  @Test
  @Case(149)
  @Verifies({"G45", "G51"})
  default void aFreeLockIsTakenAtOnce() throws InterruptedException {
    try (Store store = open();
        Session session = session(store)) {
      LockName name = freshLock();
      Locks locks = Locks.over(store);
      for (int way = 0; way < 3; way++) {
        HeldLock lock =
            switch (way) {
              case 0 -> locks.lock(name, session);
              case 1 -> locks.lock(name, session, Duration.ofSeconds(1)).orElseThrow();
              default -> locks.tryLock(name, session).orElseThrow();
            };
        assertThat(lock.isHeld()).isTrue();
        assertThat(lock.name()).isEqualTo(name);
        Entry own =
            store.keyValues().get(Key.utf8(name + "/" + session.lease().hex())).orElseThrow();
        assertThat(own.lease()).contains(session.lease());
        assertThat(lock.token()).isEqualTo(new FencingToken(own.created()));
        lock.close();
        assertThat(queue(store, name)).isEmpty();
      }
    }
  }

  /** Trying for a lock that is held says so at once and leaves no key. */
  @Test
  @Case(149)
  @Verifies("G51")
  default void tryingForAHeldLockLeavesNoKey() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store)) {
      LockName name = freshLock();
      Locks locks = Locks.over(store);
      try (HeldLock held = locks.lock(name, one)) {
        assertThat(locks.tryLock(name, two)).isEmpty();
        assertThat(locks.tryLock(name, one)).as("not reentrant").isEmpty();
        assertThat(queue(store, name)).hasSize(1);
        assertThat(held.isHeld()).isTrue();
      }
      try (HeldLock now = locks.tryLock(name, two).orElseThrow()) {
        assertThat(now.isHeld()).isTrue();
      }
    }
  }

  /** Keys of locks below the name are no contenders for it. */
  @Test
  @Case(149)
  @Verifies({"G48", "G51"})
  default void locksWithRelatedNamesDoNotMix() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store)) {
      LockName name = freshLock();
      Locks locks = Locks.over(store);
      HeldLock below = locks.lock(LockName.of(name + "/below"), one);
      HeldLock beside = locks.lock(LockName.of(name + "beside"), one);
      store.keyValues().put(Key.utf8(name + "/note"), Bytes.utf8("no contender"));
      HeldLock held = locks.tryLock(name, two).orElseThrow();
      assertThat(locks.tryLock(name, one)).isEmpty();
      assertThat(locks.lock(name, one, Duration.ZERO)).isEmpty();
      held.close();
      HeldLock next = locks.lock(name, one);
      assertThat(List.of(below, beside, next)).allMatch(HeldLock::isHeld);
      List.of(below, beside, next).forEach(HeldLock::close);
      assertThat(queue(store, name)).hasSize(1);
    }
  }

  /** A wait that takes too long ends without the lock and without a key. */
  @Test
  @Case(150)
  @Verifies({"G48", "G51"})
  default void aTimedWaitThatPassesItsTimeFails() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store);
        HeldLock held = Locks.over(store).lock(freshLock(), one)) {
      Duration timeout = Duration.ofSeconds(2);
      Future<Optional<HeldLock>> waiting =
          Concurrently.start(() -> Locks.over(store).lock(held.name(), two, timeout));
      // Where time is real the wait may be over before anybody looks.
      Await.of(this)
          .until(
              "it waits, or has waited",
              () -> waiting.isDone() || queue(store, held.name()).size() == 2);
      advance(store, timeout.plus(tolerance()));
      assertThat(result(waiting)).isEmpty();
      assertThat(queue(store, held.name())).hasSize(1);
      // The same within one session, whose own key is in the way.
      Future<Optional<HeldLock>> again =
          Concurrently.start(() -> Locks.over(store).lock(held.name(), one, timeout));
      Await.of(this).advancing("it gives up", this, store, timeout, again::isDone);
      assertThat(result(again)).isEmpty();
      assertThat(held.isHeld()).isTrue();
      assertThat(queue(store, held.name())).hasSize(1);
    }
  }

  /** A timed wait that gets its turn in time holds the lock. */
  @Test
  @Case(150)
  @Verifies("G51")
  default void aTimedWaitThatGetsItsTurnHolds() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store)) {
      HeldLock held = Locks.over(store).lock(freshLock(), one);
      Future<Optional<HeldLock>> waiting =
          Concurrently.start(
              () -> Locks.over(store).lock(held.name(), two, Duration.ofDays(1_000_000)));
      awaitContenders(store, held.name(), 2);
      held.close();
      HeldLock next = result(waiting).orElseThrow();
      assertThat(next.token()).isGreaterThan(held.token());
      next.close();
    }
  }

  /** Two waits with one session take their turns; the second is not taken for the first. */
  @Test
  @Case(150)
  @Verifies({"G48", "G51"})
  default void oneSessionLocksOneAfterAnother() throws InterruptedException {
    try (Store store = open();
        Session session = session(store)) {
      LockName name = freshLock();
      HeldLock first = Locks.over(store).lock(name, session);
      Future<HeldLock> second = Concurrently.start(() -> Locks.over(store).lock(name, session));
      advance(store, Duration.ofMillis(100));
      assertThat(second.isDone()).isFalse();
      assertThat(first.unlock()).isTrue();
      HeldLock next = result(second);
      assertThat(next.token()).isGreaterThan(first.token());
      assertThat(first.unlock()).isFalse();
      assertThat(next.isHeld()).isTrue();
      next.close();
      assertThat(queue(store, name)).isEmpty();
    }
  }

  /** Unlocking twice, or after the loss, does nothing and says so. */
  @Test
  @Case(151)
  @Verifies("G49")
  default void unlockingTwiceDoesNothing() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store)) {
      LockName name = freshLock();
      Locks locks = Locks.over(store);
      AtomicInteger ends = new AtomicInteger();
      HeldLock lock = locks.lock(name, one);
      lock.onLoss(ends::incrementAndGet);
      assertThat(lock.unlock()).isTrue();
      assertThat(lock.unlock()).isFalse();
      lock.close();
      HeldLock other = locks.lock(name, two);
      assertThat(lock.unlock()).isFalse();
      lock.awaitLoss();
      Await.of(this).until("the end is told once", () -> ends.get() == 1);
      assertThat(lock.isHeld()).isFalse();
      assertThat(writes(store, lock)).isFalse();
      assertThat(other.isHeld()).isTrue();
      assertThat(writes(store, other)).isTrue();
      other.close();
    }
  }

  private boolean writes(Store store, HeldLock lock) {
    return store
        .keyValues()
        .commit(Transaction.when(lock.stillHeld()).then(Put.of(freshKey(), Bytes.EMPTY)))
        .conditionsHeld();
  }

  /** A lock that was lost says so, by condition and by signal. */
  @Test
  @Case(151)
  @Verifies({"G45", "G46", "G52"})
  default void aLostLockSaysSo() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store)) {
      LockName name = freshLock();
      HeldLock lock = Locks.over(store).lock(name, one);
      Future<HeldLock> waiting = Concurrently.start(() -> Locks.over(store).lock(name, two));
      awaitContenders(store, name, 2);
      store.leases().revoke(one.lease());
      lock.awaitLoss();
      assertThat(lock.isHeld()).isFalse();
      assertThat(writes(store, lock)).isFalse();
      assertThat(lock.unlock()).isFalse();
      HeldLock next = result(waiting);
      assertThat(writes(store, next)).isTrue();
      store.keyValues().delete(Key.utf8(name + "/" + two.lease().hex()));
      next.awaitLoss();
      assertThat(next.isHeld()).isFalse();
    }
  }

  /** Who waits for a lock and loses its lease or key is told, and leaves nothing. */
  @Test
  @Case({137, 138})
  @Verifies({"G48", "G52"})
  default void aWaitingContenderThatIsLostIsTold() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store);
        Session three = session(store);
        HeldLock held = Locks.over(store).lock(freshLock(), one)) {
      Future<HeldLock> second = Concurrently.start(() -> Locks.over(store).lock(held.name(), two));
      awaitContenders(store, held.name(), 2);
      Future<HeldLock> third = Concurrently.start(() -> Locks.over(store).lock(held.name(), three));
      awaitContenders(store, held.name(), 3);
      store.leases().revoke(two.lease());
      assertThatThrownBy(() -> result(second)).isInstanceOf(LeaseLostException.class);
      third.cancel(true);
      awaitContenders(store, held.name(), 1);
      advance(store, ttl().dividedBy(2));
      Await.of(this).until("the session knows", () -> two.end().isPresent());
      assertThatThrownBy(() -> Locks.over(store).tryLock(held.name(), two))
          .isInstanceOf(LeaseLostException.class);
    }
  }

  /** Lost answers neither lose the lock nor leave a key. */
  @Test
  @Case(136)
  @Verifies({"G38", "G39", "G48"})
  default void lostAnswersNeitherLoseTheLockNorLeaveAKey() throws InterruptedException {
    try (Store store = open();
        Session session = session(store)) {
      // A client for each part: a removal that goes on behind takes no lost answer from the next.
      UnreliableStore trying = new UnreliableStore(store);
      LockName name = freshLock();
      trying.loseAnswers(1);
      HeldLock tried = Locks.over(trying).tryLock(name, session).orElseThrow();
      assertThat(queue(store, name)).hasSize(1);
      trying.loseAnswers(1);
      assertThatThrownBy(tried::unlock).isInstanceOf(OutcomeUnknownException.class);
      assertThat(tried.isHeld()).isFalse();
      UnreliableStore locking = new UnreliableStore(store);
      locking.loseAnswers(1);
      HeldLock locked = Locks.over(locking).lock(name, session);
      locking.cut();
      assertThatThrownBy(locked::unlock).isInstanceOf(StoreUnavailableException.class);
      assertThat(queue(store, name)).hasSize(1);
      locking.mend();
      Await.of(this)
          .advancing(
              "the removal goes on behind",
              this,
              store,
              Duration.ofMillis(50),
              () -> queue(store, name).isEmpty());
      UnreliableStore failing = new UnreliableStore(store);
      failing.loseAnswers(2);
      assertThatThrownBy(() -> Locks.over(failing).tryLock(name, session))
          .isInstanceOf(OutcomeUnknownException.class);
      Await.of(this)
          .advancing(
              "nothing is left",
              this,
              store,
              Duration.ofMillis(50),
              () -> queue(store, name).isEmpty());
    }
  }

  /** Thirty-two contenders on one resource: tokens rise, holders do not overlap in the store. */
  @Test
  @Case(152)
  @Verifies({"G45", "G47", "G48", "G49"})
  default void manyContendersUseAResourceOneAfterAnother() {
    int contenders = 32;
    int rounds = 3;
    FencedResource resource = new FencedResource();
    try (Store store = open()) {
      LockName name = freshLock();
      Key held = freshKey();
      Concurrently.run(
          // One after the other, each through several calls.
          patience().multipliedBy(3),
          contenders,
          i ->
              () -> {
                try (Session session = session(store)) {
                  for (int round = 0; round < rounds; round++) {
                    try (HeldLock lock = Locks.over(store).lock(name, session)) {
                      // Absent, created and deleted under the lock: any overlap shows.
                      assertThat(enter(store, lock, held)).isTrue();
                      assertThat(resource.use(lock.token())).isTrue();
                      assertThat(store.keyValues().delete(held)).isTrue();
                    }
                  }
                }
                return i;
              });
      assertThat(resource.accepted())
          .hasSize(contenders * rounds)
          .isSorted()
          .doesNotHaveDuplicates();
      assertThat(resource.use(resource.accepted().getFirst())).isFalse();
      assertThat(queue(store, name)).isEmpty();
    }
  }

  private static boolean enter(Store store, HeldLock lock, Key held) {
    return store
        .keyValues()
        .commit(
            Transaction.when(lock.stillHeld(), Condition.absent(held))
                .then(Put.of(held, Bytes.utf8(lock.token().toString()))))
        .conditionsHeld();
  }
}
