package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Store;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.Leader;
import dev.plinth.spi.election.LeaderWatch;
import dev.plinth.spi.election.Leadership;
import dev.plinth.spi.election.Observation;
import dev.plinth.spi.lock.HeldLock;
import dev.plinth.spi.lock.LockName;
import dev.plinth.spi.lock.Locks;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import dev.plinth.tck.Await;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Elections and locks that this store and etcdctl take part in together. */
final class EtcdctlElectionTest {
  /** No test waits for its end. */
  private static final Duration TTL = Duration.ofSeconds(20);

  private static final Await AWAIT = new Await(Duration.ofSeconds(20));
  private static final ElectionName ELECTION = ElectionName.of("/interoperation/leader");
  private static final LockName LOCK = LockName.of("/interoperation/lock");

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void etcdctlSeesWhoLeadsHere(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        EtcdctlSession observer =
            EtcdctlSession.start(both.etcdctl(), "elect", "-l", ELECTION.toString());
        Session session = session(both.store());
        Leadership leadership = campaign(both.store(), session, "node-1").get()) {
      observer.awaitLine("the leader's key", keyOf(session)::equals);
      observer.awaitLine("the proposal", "node-1"::equals);
      leadership.proclaim(Bytes.utf8("node-1 again"));
      observer.awaitLine("the new proposal", "node-1 again"::equals);
      assertThat(leadership.isHeld()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aCandidateHereIsPromotedWhenEtcdctlResigns(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        EtcdctlSession other =
            EtcdctlSession.start(both.etcdctl(), "elect", ELECTION.toString(), "etcdctl")) {
      other.awaitLine("its leadership", "etcdctl"::equals);
      assertThat(Elections.over(both.store()).leader(ELECTION))
          .map(Leader::proposal)
          .contains(Bytes.utf8("etcdctl"));
      try (Session session = session(both.store())) {
        Future<Leadership> waiting = campaign(both.store(), session, "node-1");
        awaitCandidates(both.store(), 2);
        assertThat(waiting.isDone()).isFalse();
        other.end();
        try (Leadership leadership = waiting.get(20, TimeUnit.SECONDS)) {
          assertThat(leadership.isHeld()).isTrue();
          assertThat(candidates(both.store())).containsExactly(keyOf(session));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aCandidateHereIsPromotedWhenTheKilledOnesLeaseIsRevoked(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        EtcdctlSession other =
            EtcdctlSession.start(both.etcdctl(), "elect", ELECTION.toString(), "etcdctl")) {
      other.awaitLine("its leadership", "etcdctl"::equals);
      String lease = candidates(both.store()).getFirst();
      try (Session session = session(both.store())) {
        Future<Leadership> waiting = campaign(both.store(), session, "node-1");
        awaitCandidates(both.store(), 2);
        other.kill();
        assertThat(waiting.isDone()).isFalse();
        both.etcdctl().run("lease", "revoke", lease.substring(lease.lastIndexOf('/') + 1));
        try (Leadership leadership = waiting.get(20, TimeUnit.SECONDS)) {
          assertThat(leadership.isHeld()).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void etcdctlWaitsForItsTurnBehindALeaderHere(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        Session session = session(both.store())) {
      Leadership leadership = campaign(both.store(), session, "node-1").get();
      try (EtcdctlSession other =
              EtcdctlSession.start(both.etcdctl(), "elect", ELECTION.toString(), "etcdctl");
          LeaderWatch leaders = Elections.over(both.store()).observe(ELECTION)) {
        awaitLeader(leaders, "node-1");
        awaitCandidates(both.store(), 2);
        assertThat(other.output()).doesNotContain("etcdctl");
        leadership.close();
        other.awaitLine("its leadership", "etcdctl"::equals);
        awaitLeader(leaders, "etcdctl");
        assertThat(session.isHeld()).isTrue();
        other.end();
        awaitVacancy(leaders);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aLockThatEtcdctlHoldsIsNotFreeHere(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        EtcdctlSession other = EtcdctlSession.start(both.etcdctl(), "lock", LOCK.toString());
        Session session = session(both.store())) {
      other.awaitLine("its key", line -> line.startsWith(LOCK + "/"));
      Locks locks = Locks.over(both.store());
      assertThat(locks.tryLock(LOCK, session)).isEmpty();
      assertThat(locks.lock(LOCK, session, Duration.ofMillis(100))).isEmpty();
      assertThat(keysBelow(both.store(), LOCK.toString()))
          .containsExactly(other.lines().getFirst());
      Future<HeldLock> waiting = started(() -> locks.lock(LOCK, session));
      AWAIT.until("two contenders", () -> keysBelow(both.store(), LOCK.toString()).size() == 2);
      other.end();
      try (HeldLock lock = waiting.get(20, TimeUnit.SECONDS)) {
        assertThat(lock.isHeld()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void etcdctlRunsItsCommandOnlyWhenTheLockHereIsFree(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        Session session = session(both.store())) {
      HeldLock lock = Locks.over(both.store()).lock(LOCK, session);
      try (EtcdctlSession other =
          EtcdctlSession.start(
              both.etcdctl(), "lock", LOCK.toString(), "printenv", "ETCD_LOCK_KEY")) {
        AWAIT.until("two contenders", () -> keysBelow(both.store(), LOCK.toString()).size() == 2);
        assertThat(other.isRunning()).isTrue();
        assertThat(other.output()).isEmpty();
        assertThat(lock.unlock()).isTrue();
        assertThat(other.awaitEnd()).isZero();
        assertThat(other.output()).startsWith(LOCK + "/");
      }
      AWAIT.until("no contender", () -> keysBelow(both.store(), LOCK.toString()).isEmpty());
    }
  }

  private static Session session(Store store) {
    return Session.open(store, TTL, SessionPolicy.END);
  }

  private static Future<Leadership> campaign(Store store, Session session, String proposal) {
    return started(() -> Elections.over(store).campaign(ELECTION, session, Bytes.utf8(proposal)));
  }

  private static <T> Future<T> started(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread unused = Thread.ofVirtual().start(task);
    return task;
  }

  private static String keyOf(Session session) {
    return ELECTION + "/" + session.lease().hex();
  }

  private static List<String> candidates(Store store) {
    return keysBelow(store, ELECTION.toString());
  }

  private static List<String> keysBelow(Store store, String name) {
    return store.keyValues().list(KeyRange.prefix(Key.utf8(name + "/"))).entries().stream()
        .map(entry -> entry.key().toString())
        .toList();
  }

  private static void awaitCandidates(Store store, int count) {
    AWAIT.until(count + " candidates", () -> candidates(store).size() == count);
  }

  private static void awaitLeader(LeaderWatch leaders, String proposal)
      throws InterruptedException {
    Optional<Observation> seen = leaders.poll(Duration.ofSeconds(20));
    while (seen.isPresent()
        && !seen.get().leader().map(Leader::proposal).equals(Optional.of(Bytes.utf8(proposal)))) {
      seen = leaders.poll(Duration.ofSeconds(20));
    }
    assertThat(seen).as("%s leads", proposal).isPresent();
  }

  private static void awaitVacancy(LeaderWatch leaders) throws InterruptedException {
    Optional<Observation> seen = leaders.poll(Duration.ofSeconds(20));
    while (seen.isPresent() && seen.get().leader().isPresent()) {
      seen = leaders.poll(Duration.ofSeconds(20));
    }
    assertThat(seen).as("nobody leads").isPresent();
  }
}
