package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.Put;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.Leader;
import dev.plinth.spi.election.LeaderWatch;
import dev.plinth.spi.election.Leadership;
import dev.plinth.spi.election.Observation;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/**
 * Terms of leading: how they are noticed to be over, who may write, and what observers see.
 *
 * @since 0.1
 */
public interface LeadershipContract extends StoreFixture {

  /** A leader whose key someone else deletes hears of it. */
  @Test
  @Case(139)
  @Verifies({"G45", "G46"})
  default void aLeaderWhoseKeyIsDeletedIsTold() throws InterruptedException {
    try (Store store = open();
        Session one = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      AtomicInteger signals = new AtomicInteger();
      Leadership leadership = Elections.over(store).campaign(election, one, Bytes.EMPTY);
      leadership.onLoss(signals::incrementAndGet);
      Future<Boolean> lost =
          Concurrently.start(() -> {
            leadership.awaitLoss();
            return true;
          });
      store.keyValues().delete(Campaigns.keyOf(election, one));
      Campaigns.result(this, lost);
      assertThat(leadership.isHeld()).isFalse();
      leadership.onLoss(signals::incrementAndGet);
      Await.of(this).until("both signals ran", () -> signals.get() == 2);
      Commit refused =
          store
              .keyValues()
              .commit(
                  Transaction.when(leadership.stillHeld())
                      .then(Put.of(freshKey(), Bytes.utf8("stale"))));
      assertThat(refused.conditionsHeld()).isFalse();
    }
  }

  /** A term ends with the lease it began on, also when its session goes on with another. */
  @Test
  @Case({139, 142})
  @Verifies({"G45", "G46"})
  default void aTermEndsWithItsLeaseAlsoWhenTheSessionGoesOn() throws InterruptedException {
    try (Store store = open();
        Session session = Session.open(store, ttl(), SessionPolicy.RENEW)) {
      ElectionName election = new ElectionName(freshKey());
      Elections elections = Elections.over(store);
      Leadership first = elections.campaign(election, session, Bytes.utf8("m"));
      store.leases().revoke(first.lease());
      first.awaitLoss();
      advance(store, ttl().dividedBy(2));
      Await.of(this).until("a new lease", () -> session.isHeld(session.lease()));
      Await.of(this).until("another one", () -> !session.lease().equals(first.lease()));
      Leadership second = elections.campaign(election, session, Bytes.utf8("m"));
      assertThat(first.isHeld()).isFalse();
      assertThat(second.isHeld()).isTrue();
      assertThat(second.lease()).isEqualTo(session.lease());
      assertThat(second.token()).isGreaterThan(first.token());
      first.close();
      assertThat(second.isHeld()).isTrue();
      second.close();
    }
  }

  /** A leader cut off is told by its own clock, before the store lets another lead. */
  @Test
  @Case(140)
  @Verifies({"G44", "G46"})
  default void aLeaderCutOffIsToldBeforeAnotherLeads() throws InterruptedException {
    try (Store store = open()) {
      // A signal that runs too late, where time is real, has learned nothing.
      int rounds = tolerance().isZero() ? 1 : 5;
      boolean inTime = false;
      for (int round = 0; round < rounds && !inTime; round++) {
        inTime = isToldBeforeAnotherMayLead(store);
      }
      assertThat(inTime).as("told within the time to live, once in %s rounds", rounds).isTrue();
    }
  }

  private boolean isToldBeforeAnotherMayLead(Store store) throws InterruptedException {
    record LeaderAtLoss(Optional<Leader> leader, long nanoTime) {}
    UnreliableStore unreliable = new UnreliableStore(store);
    ElectionName election = new ElectionName(freshKey());
    long begun = store.runtime().nanoTime();
    try (Session one = Campaigns.session(this, unreliable);
        Session two = Campaigns.session(this, store)) {
      Leadership first = Elections.over(unreliable).campaign(election, one, Bytes.utf8("one"));
      Future<Leadership> waiting = Campaigns.begin(store, election, two, "two");
      Campaigns.awaitCandidates(this, store, election, 2);
      List<LeaderAtLoss> losses = new CopyOnWriteArrayList<>();
      first.onLoss(() -> {
        Optional<Leader> leader = Elections.over(store).leader(election);
        losses.add(new LeaderAtLoss(leader, store.runtime().nanoTime()));
      });
      unreliable.cut();
      Duration step = ttl().dividedBy(20);
      Await.of(this).advancing("the loss", this, store, step, () -> !first.isHeld());
      Await.of(this).until("the signal", () -> losses.size() == 1);
      LeaderAtLoss loss = losses.getFirst();
      boolean anotherLeads = waiting.isDone();
      long looked = store.runtime().nanoTime();
      if (loss.nanoTime() - begun < one.ttl().toNanos()) {
        assertThat(loss.leader().map(Leader::token)).contains(first.token());
      }
      boolean inTime = looked - begun < one.ttl().toNanos();
      assertThat(anotherLeads && inTime).as("another leads already").isFalse();
      Await.of(this).advancing("the next term", this, store, step, waiting::isDone);
      Leadership second = Campaigns.result(this, waiting);
      assertThat(second.token()).isGreaterThan(first.token());
      second.close();
      return inTime;
    }
  }

  /** A leader that stood still sees its loss first, and what it writes then is refused. */
  @Test
  @Case(141)
  @Verifies({"G44", "G45", "G47"})
  default void aLeaderThatWasPausedCannotWrite() throws InterruptedException {
    try (Store store = open()) {
      PausedRuntime paused = new PausedRuntime(store.runtime());
      UnreliableStore process = new UnreliableStore(store, paused);
      ElectionName election = new ElectionName(freshKey());
      Key guarded = freshKey();
      try (Session one = Campaigns.session(this, process);
          Session two = Campaigns.session(this, store)) {
        Leadership first = Elections.over(process).campaign(election, one, Bytes.utf8("one"));
        Future<Leadership> waiting = Campaigns.begin(store, election, two, "two");
        Campaigns.awaitCandidates(this, store, election, 2);
        paused.pause();
        Await.of(this).advancing("the next term", this, store, ttl().dividedBy(4), waiting::isDone);
        Leadership second = Campaigns.result(this, waiting);
        assertThat(second.isHeld()).isTrue();
        assertThat(first.isHeld()).isFalse();
        assertThat(Campaigns.write(process, first, guarded, "stale")).isFalse();
        assertThat(Campaigns.write(store, second, guarded, "fresh")).isTrue();
        assertThat(second.token()).isGreaterThan(first.token());
        paused.resume();
        assertThat(Campaigns.write(process, first, guarded, "stale")).isFalse();
        assertThatThrownBy(() -> first.proclaim(Bytes.utf8("stale")))
            .isInstanceOf(RequestRefusedException.class);
        assertThat(store.keyValues().get(guarded).map(Entry::value)).contains(Bytes.utf8("fresh"));
        second.close();
      }
    }
  }

  /** Elected again, a member has a new token, and its new term hears nothing of the old one. */
  @Test
  @Case(142)
  @Verifies({"G45", "G49"})
  default void aMemberElectedAgainHasAnotherTerm() throws InterruptedException {
    try (Store store = open();
        Session session = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      Elections elections = Elections.over(store);
      AtomicInteger firstLost = new AtomicInteger();
      AtomicInteger secondLost = new AtomicInteger();
      Leadership first = elections.campaign(election, session, Bytes.utf8("m"));
      first.onLoss(firstLost::incrementAndGet);
      first.close();
      Leadership second = elections.campaign(election, session, Bytes.utf8("m"));
      second.onLoss(secondLost::incrementAndGet);
      Await.of(this).until("the first term is over", () -> firstLost.get() == 1);
      assertThat(second.token()).isGreaterThan(first.token());
      assertThat(first.isHeld()).isFalse();
      assertThat(second.isHeld()).isTrue();
      assertThat(Campaigns.write(store, first, freshKey(), "stale")).isFalse();
      first.close();
      assertThat(second.isHeld()).isTrue();
      assertThat(secondLost).hasValue(0);
      assertThat(elections.leader(election).map(Leader::token)).contains(second.token());
      second.close();
      Await.of(this).until("the second term is over", () -> secondLost.get() == 1);
      assertThat(firstLost).hasValue(1);
    }
  }

  /** A leader of the past resigns nothing but its own term. */
  @Test
  @Case(143)
  @Verifies("G49")
  default void resigningLateDoesNotRemoveThePresentLeader() throws InterruptedException {
    try (Store store = open();
        Session one = Campaigns.session(this, store);
        Session two = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      Elections elections = Elections.over(store);
      Leadership first = elections.campaign(election, one, Bytes.utf8("one"));
      store.keyValues().delete(Campaigns.keyOf(election, one));
      Leadership second = elections.campaign(election, two, Bytes.utf8("two"));
      first.close();
      // The same key of another life: own is the lease and the creation.
      store.keyValues().put(Campaigns.keyOf(election, one), Bytes.utf8("forged"), one.lease());
      first.close();
      assertThat(Campaigns.candidates(store, election)).hasSize(2);
      assertThat(elections.leader(election).map(Leader::token)).contains(second.token());
      assertThat(second.isHeld()).isTrue();
      assertThat(first.isHeld()).isFalse();
      second.close();
    }
  }

  /** Nor does it when it could not hear that its key is another one by now. */
  @Test
  @Case(143)
  @Verifies("G49")
  default void resigningUnawareDoesNotRemoveAKeyOfAnotherLife() throws InterruptedException {
    try (Store store = open();
        Session session = Campaigns.session(this, store)) {
      UnreliableStore unreliable = new UnreliableStore(store);
      ElectionName election = new ElectionName(freshKey());
      Key key = Campaigns.keyOf(election, session);
      Leadership leadership =
          Elections.over(unreliable).campaign(election, session, Bytes.utf8("one"));
      Await.of(this).until("it watches its key", () -> unreliable.openWatches() == 1);
      unreliable.cut();
      unreliable.breakWatches(new StoreUnavailableException("the connection is cut"));
      store.keyValues().delete(key);
      Revision another = store.keyValues().put(key, Bytes.utf8("two"), session.lease());
      unreliable.mend();
      leadership.close();
      assertThat(store.keyValues().get(key).map(Entry::modified)).contains(another);
    }
  }

  /** Proclaiming changes what followers read and keeps the token; only a leader may. */
  @Test
  @Case(144)
  @Verifies({"G45", "G49"})
  default void proclaimingKeepsTheTokenAndIsForLeadersOnly() throws InterruptedException {
    try (Store store = open();
        Session session = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      Elections elections = Elections.over(store);
      Leadership leadership = elections.campaign(election, session, Bytes.utf8("old"));
      leadership.proclaim(Bytes.utf8("new"));
      Leader leader = elections.leader(election).orElseThrow();
      assertThat(leader.proposal()).isEqualTo(Bytes.utf8("new"));
      assertThat(leader.token()).isEqualTo(leadership.token());
      assertThat(store.keyValues().get(leader.key()).flatMap(Entry::lease))
          .contains(session.lease());
      leadership.close();
      assertThatThrownBy(() -> leadership.proclaim(Bytes.utf8("late")))
          .asInstanceOf(InstanceOfAssertFactories.type(RequestRefusedException.class))
          .extracting(RequestRefusedException::reason)
          .isEqualTo(RequestRefusedException.Reason.NOT_LEADER);
      assertThat(Campaigns.candidates(store, election)).isEmpty();
    }
  }

  /** An observer sees the present leader, what it proclaims, vacancy, and never goes back. */
  @Test
  @Case(145)
  @Verifies("G50")
  default void anObserverSeesLeadersAndVacancyAndNeverGoesBack() throws InterruptedException {
    try (Store store = open()) {
      ElectionName election = new ElectionName(freshKey());
      Elections elections = Elections.over(store);
      List<Observation> seen = new CopyOnWriteArrayList<>();
      try (Session first = Campaigns.session(this, store);
          LeaderWatch watch = elections.observe(election)) {
        Leadership leadership = elections.campaign(election, first, Bytes.utf8("n0"));
        Future<Boolean> observer =
            Concurrently.start(() -> {
              while (true) {
                seen.add(watch.next());
              }
            });
        awaitProposal(seen, "n0");
        leadership.proclaim(Bytes.utf8("n0 again"));
        awaitProposal(seen, "n0 again");
        leadership.close();
        awaitVacancy(seen);
        for (int i = 1; i <= 10; i++) {
          try (Session session = Campaigns.session(this, store);
              Leadership next = elections.campaign(election, session, Bytes.utf8("n" + i))) {
            assertThat(next.isHeld()).isTrue();
            if (i % 3 == 0) {
              awaitProposal(seen, "n" + i);
            }
          }
        }
        awaitVacancy(seen);
        watch.close();
        assertThatThrownBy(() -> Campaigns.result(this, observer))
            .isInstanceOf(HandleClosedException.class);
      }
      assertThat(seen).extracting(Observation::revision).isSorted().doesNotHaveDuplicates();
      assertThat(
              seen.stream()
                  .flatMap(observation -> observation.leader().stream())
                  .map(Leader::token))
          .isSorted();
      for (int i = 1; i < seen.size(); i++) {
        assertThat(seen.get(i).leader()).isNotEqualTo(seen.get(i - 1).leader());
      }
    }
  }

  private void awaitProposal(List<Observation> seen, String proposal) {
    Await.of(this)
        .until(
            "the observer sees " + proposal,
            () ->
                !seen.isEmpty()
                    && seen.getLast()
                        .leader()
                        .map(Leader::proposal)
                        .equals(Optional.of(Bytes.utf8(proposal))));
  }

  private void awaitVacancy(List<Observation> seen) {
    Await.of(this)
        .until(
            "the observer sees vacancy",
            () -> !seen.isEmpty() && seen.getLast().leader().isEmpty());
  }

  /** Observing before anyone led begins with vacancy. */
  @Test
  @Case(146)
  @Verifies("G50")
  default void anObserverBeforeAnyLeaderSeesVacancyThenTheLeader() throws InterruptedException {
    try (Store store = open();
        Session session = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      Elections elections = Elections.over(store);
      try (LeaderWatch watch = elections.observe(election)) {
        assertThat(watch.next().leader()).isEmpty();
        assertThat(watch.poll(Duration.ZERO)).isEmpty();
        try (Leadership leadership = elections.campaign(election, session, Bytes.utf8("one"))) {
          Observation observation = watch.poll(patience()).orElseThrow();
          assertThat(observation.leader().map(Leader::token)).contains(leadership.token());
        }
        assertThat(watch.poll(patience()).orElseThrow().leader()).isEmpty();
      }
    }
  }

  /** An observer goes on by itself after lost history and an outage. */
  @Test
  @Case(145)
  @Verifies({"G30", "G50"})
  default void anObserverGoesOnAfterTrouble() throws InterruptedException {
    try (Store store = open();
        Session one = Campaigns.session(this, store);
        Session two = Campaigns.session(this, store)) {
      UnreliableStore unreliable = new UnreliableStore(store);
      ElectionName election = new ElectionName(freshKey());
      Elections elections = Elections.over(store);
      Leadership first = elections.campaign(election, one, Bytes.utf8("one"));
      try (LeaderWatch watch = Elections.over(unreliable).observe(election)) {
        assertThat(watch.next().leader().map(Leader::token)).contains(first.token());
        unreliable.cut();
        unreliable.breakWatches(new HistoryLostException(Revision.of(2)));
        first.close();
        Leadership second = elections.campaign(election, two, Bytes.utf8("two"));
        Future<Observation> next = Concurrently.start(watch::next);
        advance(store, Duration.ofSeconds(1));
        assertThat(next.isDone()).isFalse();
        unreliable.mend();
        Await.of(this).advancing("news", this, store, Duration.ofMillis(100), next::isDone);
        assertThat(Campaigns.result(this, next).leader().map(Leader::token))
            .contains(second.token());
        second.close();
      }
    }
  }
}
