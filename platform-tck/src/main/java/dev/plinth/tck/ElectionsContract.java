package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.FencingToken;
import dev.plinth.spi.election.Leader;
import dev.plinth.spi.election.LeaderWatch;
import dev.plinth.spi.election.Leadership;
import dev.plinth.spi.election.Observation;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/**
 * Elections: who leads, in which order, until when, and who may write.
 *
 * @since 0.1
 */
public interface ElectionsContract extends StoreFixture {
  /** How long the leases of these tests live without renewal. */
  Duration TERM_TTL = Duration.ofSeconds(4);

  private Session session(Store store) {
    return Session.open(store, TERM_TTL, SessionPolicy.END);
  }

  private Future<Leadership> campaign(
      Store store, ElectionName election, Session session, String proposal) {
    return Concurrently.start(
        () -> Elections.over(store).campaign(election, session, Bytes.utf8(proposal)));
  }

  private <T> T result(Future<T> future) {
    return Concurrently.result(future, patience());
  }

  private static KeyRange candidates(ElectionName election) {
    return KeyRange.prefix(Key.utf8(election + "/"));
  }

  private static List<Entry> queue(Store store, ElectionName election) {
    return store.keyValues().list(candidates(election)).entries();
  }

  private void awaitCandidates(Store store, ElectionName election, int count) {
    Await.of(this)
        .until(
            count + " candidates stand in " + election,
            () -> queue(store, election).size() == count);
  }

  private ElectionName freshElection() {
    return new ElectionName(freshKey());
  }

  private static Key keyOf(ElectionName election, Session session) {
    return Key.utf8(election + "/" + session.lease().hex());
  }

  /** The first to campaign leads at once; its token is the revision that created its key. */
  @Test
  @Case(132)
  @Verifies({"G45", "G48"})
  default void theFirstCampaignerLeads() throws InterruptedException {
    try (Store store = open();
        Session session = session(store)) {
      ElectionName election = freshElection();
      Elections elections = Elections.over(store);
      assertThat(elections.leader(election)).isEmpty();
      try (Leadership leadership = elections.campaign(election, session, Bytes.utf8("one"))) {
        Entry own = store.keyValues().get(keyOf(election, session)).orElseThrow();
        assertThat(leadership.token()).isEqualTo(new FencingToken(own.created()));
        assertThat(own.value()).isEqualTo(Bytes.utf8("one"));
        assertThat(own.lease()).contains(session.lease());
        assertThat(leadership.isHeld()).isTrue();
        assertThat(leadership.lease()).isEqualTo(session.lease());
        assertThat(elections.leader(election))
            .contains(
                new Leader(own.key(), session.lease(), Bytes.utf8("one"), leadership.token()));
      }
      assertThat(elections.leader(election)).isEmpty();
      assertThat(queue(store, election)).isEmpty();
    }
  }

  /** The second waits until the first resigns, then leads with a higher token. */
  @Test
  @Case(133)
  @Verifies({"G45", "G48"})
  default void theSecondLeadsAfterTheFirstResigned() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store)) {
      ElectionName election = freshElection();
      Leadership first = Elections.over(store).campaign(election, one, Bytes.utf8("one"));
      Future<Leadership> waiting = campaign(store, election, two, "two");
      awaitCandidates(store, election, 2);
      assertThat(waiting.isDone()).isFalse();
      first.close();
      first.close();
      assertThat(first.isHeld()).isFalse();
      try (Leadership second = result(waiting)) {
        assertThat(second.token()).isGreaterThan(first.token());
        assertThat(Elections.over(store).leader(election).map(Leader::proposal))
            .contains(Bytes.utf8("two"));
      }
    }
  }

  /** Candidates lead in the order in which their keys were created. */
  @Test
  @Case(134)
  @Verifies("G48")
  default void candidatesLeadInTheOrderInWhichTheyCame() {
    try (Store store = open()) {
      ElectionName election = freshElection();
      List<Session> sessions = new ArrayList<>();
      List<Future<Leadership>> waiting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Session session = session(store);
        sessions.add(session);
        waiting.add(campaign(store, election, session, "n" + i));
        awaitCandidates(store, election, i + 1);
      }
      FencingToken last = new FencingToken(Revision.ZERO);
      for (int i = 0; i < 8; i++) {
        Leadership leadership = result(waiting.get(i));
        assertThat(leadership.token()).isGreaterThan(last);
        last = leadership.token();
        assertThat(waiting.subList(i + 1, 8)).noneMatch(Future::isDone);
        leadership.close();
      }
      sessions.forEach(Session::close);
      assertThat(queue(store, election)).isEmpty();
    }
  }

  /** A campaign that is interrupted takes its key along, and the next in line is not held up. */
  @Test
  @Case(135)
  @Verifies("G48")
  default void anInterruptedCampaignLeavesNoKey() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store);
        Session three = session(store)) {
      ElectionName election = freshElection();
      Leadership first = Elections.over(store).campaign(election, one, Bytes.EMPTY);
      Future<Leadership> interrupted = campaign(store, election, two, "two");
      awaitCandidates(store, election, 2);
      Future<Leadership> third = campaign(store, election, three, "three");
      awaitCandidates(store, election, 3);
      interrupted.cancel(true);
      awaitCandidates(store, election, 2);
      assertThat(store.keyValues().get(keyOf(election, two))).isEmpty();
      first.close();
      result(third).close();
      assertThat(queue(store, election)).isEmpty();
    }
  }

  /** A campaign that fails leaves no key, also when the store did not answer. */
  @Test
  @Case(136)
  @Verifies({"G38", "G48"})
  default void aFailedCampaignLeavesNoKey() {
    try (Store store = open();
        Session one = session(store)) {
      ElectionName election = freshElection();
      UnreliableStore unreliable = new UnreliableStore(store);
      Elections elections = Elections.over(unreliable);
      // Both answers to the creation are lost, but it was applied.
      unreliable.loseAnswers(2);
      assertThatThrownBy(() -> elections.campaign(election, one, Bytes.utf8("lost")))
          .isInstanceOf(OutcomeUnknownException.class);
      Await.of(this)
          .advancing(
              "the key is removed behind",
              this,
              store,
              Duration.ofMillis(50),
              () -> queue(store, election).isEmpty());
      unreliable.cut();
      assertThatThrownBy(() -> elections.campaign(election, one, Bytes.utf8("cut")))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(queue(store, election)).isEmpty();
    }
  }

  /** A failed campaign removes no key but its own, not even one of the same session. */
  @Test
  @Case({136, 148})
  @Verifies({"G48", "G49"})
  default void aFailedCampaignDoesNotRemoveTheLeaderOfItsSession() throws InterruptedException {
    try (Store store = open();
        Session one = session(store)) {
      UnreliableStore unreliable = new UnreliableStore(store);
      try (Leadership leader =
          Elections.over(store).campaign(freshElection(), one, Bytes.utf8("one"))) {
        unreliable.loseAnswers(2);
        assertThatThrownBy(() ->
                Elections.over(unreliable).campaign(leader.election(), one, Bytes.utf8("one")))
            .isInstanceOf(OutcomeUnknownException.class);
        advance(store, Duration.ofSeconds(2));
        assertThat(leader.isHeld()).isTrue();
        assertThat(queue(store, leader.election())).hasSize(1);
      }
    }
  }

  /** One lost answer to the creation of the candidate's key is found out about. */
  @Test
  @Case(136)
  @Verifies({"G39", "G48"})
  default void oneLostAnswerDoesNotFailTheCampaign() throws InterruptedException {
    try (Store store = open();
        Session one = session(store)) {
      ElectionName election = freshElection();
      UnreliableStore unreliable = new UnreliableStore(store);
      unreliable.loseAnswers(1);
      try (Leadership leadership =
          Elections.over(unreliable).campaign(election, one, Bytes.utf8("one"))) {
        assertThat(queue(store, election)).hasSize(1);
        assertThat(queue(store, election).getFirst().created())
            .isEqualTo(leadership.token().revision());
      }
      assertThat(queue(store, election)).isEmpty();
    }
  }

  /** A waiting candidate outlives an outage and compacted history, and still gets its turn. */
  @Test
  @Case(136)
  @Verifies({"G30", "G48"})
  default void aWaitingCandidateOutlivesTroubleWithItsWatch() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store)) {
      ElectionName election = freshElection();
      UnreliableStore unreliable = new UnreliableStore(store);
      Leadership first = Elections.over(store).campaign(election, one, Bytes.EMPTY);
      Future<Leadership> waiting = campaign(unreliable, election, two, "two");
      awaitCandidates(store, election, 2);
      Await.of(this).until("it watches", () -> unreliable.openWatches() >= 2);
      unreliable.cut();
      unreliable.breakWatches(new HistoryLostException(store.keyValues().current()));
      advance(store, Duration.ofMillis(500));
      first.close();
      assertThat(waiting.isDone()).isFalse();
      unreliable.mend();
      Await.of(this).advancing("its turn", this, store, Duration.ofMillis(100), waiting::isDone);
      Leadership second = result(waiting);
      assertThat(second.isHeld()).isTrue();
      second.close();
    }
  }

  /** Whose key someone else deletes while it waits is told, and does not wait for ever. */
  @Test
  @Case(137)
  @Verifies("G52")
  default void aWaitingCandidateWhoseKeyIsDeletedIsTold() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store);
        Leadership first =
            Elections.over(store).campaign(freshElection(), one, Bytes.utf8("one"))) {
      Future<Leadership> waiting = campaign(store, first.election(), two, "two");
      awaitCandidates(store, first.election(), 2);
      store.keyValues().delete(keyOf(first.election(), two));
      assertThatThrownBy(() -> result(waiting)).isInstanceOf(LeaseLostException.class);
      assertThat(first.isHeld()).isTrue();
    }
  }

  /** Whose lease is revoked while it waits is told. */
  @Test
  @Case(138)
  @Verifies("G52")
  default void aWaitingCandidateWhoseLeaseIsRevokedIsTold() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store);
        Leadership first =
            Elections.over(store).campaign(freshElection(), one, Bytes.utf8("one"))) {
      Future<Leadership> waiting = campaign(store, first.election(), two, "two");
      awaitCandidates(store, first.election(), 2);
      store.leases().revoke(two.lease());
      assertThatThrownBy(() -> result(waiting)).isInstanceOf(LeaseLostException.class);
      assertThat(queue(store, first.election())).hasSize(1);
    }
  }

  /** A session that ends while its candidate waits, or before it stands, ends the campaign. */
  @Test
  @Case(138)
  @Verifies("G52")
  default void aCampaignEndsWithItsSession() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Leadership first =
            Elections.over(store).campaign(freshElection(), one, Bytes.utf8("one"))) {
      Session two = session(store);
      Future<Leadership> waiting = campaign(store, first.election(), two, "two");
      awaitCandidates(store, first.election(), 2);
      two.close();
      assertThatThrownBy(() -> result(waiting)).isInstanceOf(LeaseLostException.class);
      assertThatThrownBy(() -> Elections.over(store).campaign(first.election(), two, Bytes.EMPTY))
          .isInstanceOf(LeaseLostException.class);
      assertThat(queue(store, first.election())).hasSize(1);
    }
  }

  /** A leader whose key someone else deletes hears of it. */
  @Test
  @Case(139)
  @Verifies({"G45", "G46"})
  default void aLeaderWhoseKeyIsDeletedIsTold() throws InterruptedException {
    try (Store store = open();
        Session one = session(store)) {
      ElectionName election = freshElection();
      AtomicInteger signals = new AtomicInteger();
      Leadership leadership = Elections.over(store).campaign(election, one, Bytes.EMPTY);
      leadership.onLoss(signals::incrementAndGet);
      Future<Boolean> lost =
          Concurrently.start(() -> {
            leadership.awaitLoss();
            return true;
          });
      store.keyValues().delete(keyOf(election, one));
      result(lost);
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

  /** A leader cut off is told by its own clock, before the store lets another lead. */
  @Test
  @Case(140)
  @Verifies({"G44", "G46"})
  default void aLeaderCutOffIsToldBeforeAnotherLeads() throws InterruptedException {
    try (Store store = open()) {
      UnreliableStore unreliable = new UnreliableStore(store);
      ElectionName election = freshElection();
      try (Session one = session(unreliable);
          Session two = session(store)) {
        Leadership first = Elections.over(unreliable).campaign(election, one, Bytes.utf8("one"));
        Future<Leadership> waiting = campaign(store, election, two, "two");
        awaitCandidates(store, election, 2);
        List<Optional<Leader>> leaderAtLoss = new CopyOnWriteArrayList<>();
        first.onLoss(() -> leaderAtLoss.add(Elections.over(store).leader(election)));
        unreliable.cut();
        Duration step = TERM_TTL.dividedBy(20);
        Await.of(this).advancing("the loss", this, store, step, () -> !first.isHeld());
        Await.of(this).until("the signal", () -> leaderAtLoss.size() == 1);
        assertThat(leaderAtLoss.getFirst().map(Leader::token)).contains(first.token());
        assertThat(waiting.isDone()).isFalse();
        Await.of(this).advancing("the next term", this, store, step, waiting::isDone);
        Leadership second = result(waiting);
        assertThat(second.token()).isGreaterThan(first.token());
        second.close();
      }
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
      ElectionName election = freshElection();
      Key guarded = freshKey();
      try (Session one = session(process);
          Session two = session(store)) {
        Leadership first = Elections.over(process).campaign(election, one, Bytes.utf8("one"));
        Future<Leadership> waiting = campaign(store, election, two, "two");
        awaitCandidates(store, election, 2);
        paused.pause();
        Await.of(this)
            .advancing("the next term", this, store, TERM_TTL.dividedBy(4), waiting::isDone);
        Leadership second = result(waiting);
        assertThat(second.isHeld()).isTrue();
        assertThat(first.isHeld()).isFalse();
        assertThat(write(process, first, guarded, "stale")).isFalse();
        assertThat(write(store, second, guarded, "fresh")).isTrue();
        assertThat(second.token()).isGreaterThan(first.token());
        paused.resume();
        assertThat(write(process, first, guarded, "stale")).isFalse();
        assertThatThrownBy(() -> first.proclaim(Bytes.utf8("stale")))
            .isInstanceOf(RequestRefusedException.class);
        assertThat(store.keyValues().get(guarded).map(Entry::value)).contains(Bytes.utf8("fresh"));
        second.close();
      }
    }
  }

  private static boolean write(Store store, Leadership leadership, Key key, String value) {
    return store
        .keyValues()
        .commit(Transaction.when(leadership.stillHeld()).then(Put.of(key, Bytes.utf8(value))))
        .conditionsHeld();
  }

  /** Elected again, a member has a new token, and its new term hears nothing of the old one. */
  @Test
  @Case(142)
  @Verifies({"G45", "G49"})
  default void aMemberElectedAgainHasAnotherTerm() throws InterruptedException {
    try (Store store = open();
        Session session = session(store)) {
      ElectionName election = freshElection();
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
      assertThat(write(store, first, freshKey(), "stale")).isFalse();
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
        Session one = session(store);
        Session two = session(store)) {
      ElectionName election = freshElection();
      Elections elections = Elections.over(store);
      Leadership first = elections.campaign(election, one, Bytes.utf8("one"));
      store.keyValues().delete(keyOf(election, one));
      Leadership second = elections.campaign(election, two, Bytes.utf8("two"));
      first.close();
      // The same key of another life: own is the lease and the creation.
      store.keyValues().put(keyOf(election, one), Bytes.utf8("forged"), one.lease());
      first.close();
      assertThat(queue(store, election)).hasSize(2);
      assertThat(elections.leader(election).map(Leader::token)).contains(second.token());
      assertThat(second.isHeld()).isTrue();
      assertThat(first.isHeld()).isFalse();
      second.close();
    }
  }

  /** Proclaiming changes what followers read and keeps the token; only a leader may. */
  @Test
  @Case(144)
  @Verifies({"G45", "G49"})
  default void proclaimingKeepsTheTokenAndIsForLeadersOnly() throws InterruptedException {
    try (Store store = open();
        Session session = session(store)) {
      ElectionName election = freshElection();
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
      assertThat(queue(store, election)).isEmpty();
    }
  }

  /** An observer sees the present leader, what it proclaims, vacancy, and never goes back. */
  @Test
  @Case(145)
  @Verifies("G50")
  default void anObserverSeesLeadersAndVacancyAndNeverGoesBack() throws InterruptedException {
    try (Store store = open()) {
      ElectionName election = freshElection();
      Elections elections = Elections.over(store);
      List<Observation> seen = new CopyOnWriteArrayList<>();
      try (Session first = session(store);
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
          try (Session session = session(store);
              Leadership next = elections.campaign(election, session, Bytes.utf8("n" + i))) {
            assertThat(next.isHeld()).isTrue();
            if (i % 3 == 0) {
              awaitProposal(seen, "n" + i);
            }
          }
        }
        awaitVacancy(seen);
        watch.close();
        assertThatThrownBy(() -> result(observer)).isInstanceOf(HandleClosedException.class);
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
        Session session = session(store)) {
      ElectionName election = freshElection();
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
        Session one = session(store);
        Session two = session(store)) {
      UnreliableStore unreliable = new UnreliableStore(store);
      ElectionName election = freshElection();
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
        assertThat(result(next).leader().map(Leader::token)).contains(second.token());
        second.close();
      }
    }
  }

  /** Elections do not mix when one's name begins with, or lies below, the other's. */
  @Test
  @Case(147)
  @Verifies({"G45", "G48"})
  default void electionsWithRelatedNamesDoNotMix() throws InterruptedException {
    try (Store store = open();
        Session session = session(store);
        Session late = session(store)) {
      ElectionName a = freshElection();
      Elections elections = Elections.over(store);
      List<Leadership> all = new ArrayList<>();
      // Keys below the name that are nobody's candidates.
      store.keyValues().put(Key.utf8(a + "/note"), Bytes.utf8("no candidate"));
      store.keyValues().put(Key.utf8(a + "/"), Bytes.utf8("no candidate"));
      for (String suffix : List.of("/b", "b", "", "/b/c", "/1f")) {
        ElectionName election = ElectionName.of(a + suffix);
        assertThat(elections.leader(election)).as(suffix).isEmpty();
        Future<Leadership> campaign = campaign(store, election, session, "of " + suffix);
        all.add(result(campaign));
        assertThat(elections.leader(election).map(Leader::proposal))
            .contains(Bytes.utf8("of " + suffix));
      }
      assertThat(all).allMatch(Leadership::isHeld);
      Future<Leadership> waiting = campaign(store, a, late, "late");
      Await.of(this)
          .until("the late one stands", () -> store.keyValues().get(keyOf(a, late)).isPresent());
      try (LeaderWatch watch = elections.observe(a)) {
        assertThat(watch.next().leader().map(Leader::proposal)).contains(Bytes.utf8("of "));
      }
      all.get(2).close();
      result(waiting).close();
      assertThat(elections.leader(a)).isEmpty();
      assertThat(List.of(all.get(0), all.get(1), all.get(3), all.get(4)))
          .allMatch(Leadership::isHeld);
      all.forEach(Leadership::close);
    }
  }

  /** Campaigning twice with one session is the same term, and locks nobody out. */
  @Test
  @Case(148)
  @Verifies({"G45", "G48"})
  default void campaigningTwiceWithOneSessionIsTheSameTerm() throws InterruptedException {
    try (Store store = open();
        Session one = session(store);
        Session two = session(store)) {
      ElectionName election = freshElection();
      Elections elections = Elections.over(store);
      Leadership first = elections.campaign(election, one, Bytes.utf8("one"));
      Leadership again = elections.campaign(election, one, Bytes.utf8("one again"));
      assertThat(again.token()).isEqualTo(first.token());
      assertThat(elections.leader(election).map(Leader::proposal))
          .contains(Bytes.utf8("one again"));
      Future<Leadership> waiting = campaign(store, election, two, "two");
      awaitCandidates(store, election, 2);
      Future<Leadership> joining = campaign(store, election, two, "two too");
      Await.of(this)
          .until(
              "the joining one wrote its proposal",
              () ->
                  store
                      .keyValues()
                      .get(keyOf(election, two))
                      .map(Entry::value)
                      .equals(Optional.of(Bytes.utf8("two too"))));
      // The one that joined gives up, the one that stands stays.
      joining.cancel(true);
      Future<Leadership> joiningAgain = campaign(store, election, two, "two again");
      first.close();
      Await.of(this).until("both handles hear the end", () -> !again.isHeld());
      Leadership second = result(waiting);
      assertThat(result(joiningAgain).token()).isEqualTo(second.token());
      second.close();
      assertThat(queue(store, election)).isEmpty();
    }
  }

  /** Many candidates at once: one term at a time, and every write of the past is refused. */
  @Test
  @Case({133, 134})
  @Verifies({"G45", "G47", "G48"})
  default void manyCandidatesLeadOneAfterAnother() {
    int candidates = 16;
    try (Store store = open()) {
      ElectionName election = freshElection();
      Key counter = freshKey();
      store.keyValues().put(counter, Bytes.utf8("0"));
      List<FencingToken> tokens = new CopyOnWriteArrayList<>();
      Concurrently.run(
          patience(),
          candidates,
          i ->
              () -> {
                try (Session session = session(store);
                    Leadership leadership =
                        Elections.over(store).campaign(election, session, Bytes.utf8("n" + i))) {
                  Entry read = store.keyValues().get(counter).orElseThrow();
                  tokens.add(leadership.token());
                  int next = Integer.parseInt(read.value().utf8()) + 1;
                  // Deliberately without a condition on the counter itself: leading is enough.
                  assertThat(write(store, leadership, counter, "" + next)).isTrue();
                }
                return i;
              });
      assertThat(tokens).hasSize(candidates).isSorted().doesNotHaveDuplicates();
      assertThat(store.keyValues().get(counter).map(Entry::value))
          .contains(Bytes.utf8("" + candidates));
      assertThat(queue(store, election)).isEmpty();
    }
  }
}
