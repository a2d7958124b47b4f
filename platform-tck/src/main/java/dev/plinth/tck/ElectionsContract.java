package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.FencingToken;
import dev.plinth.spi.election.Leader;
import dev.plinth.spi.election.LeaderWatch;
import dev.plinth.spi.election.Leadership;
import dev.plinth.spi.session.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Campaigns: who leads, in which order, and what is left of those that fail.
 *
 * @since 0.1
 */
public interface ElectionsContract extends StoreFixture {

  /** The first to campaign leads at once; its token is the revision that created its key. */
  @Test
  @Case(132)
  @Verifies({"G45", "G48"})
  default void theFirstCampaignerLeads() throws InterruptedException {
    try (Store store = open();
        Session session = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      Elections elections = Elections.over(store);
      assertThat(elections.leader(election)).isEmpty();
      try (Leadership leadership = elections.campaign(election, session, Bytes.utf8("one"))) {
        Entry own = store.keyValues().get(Campaigns.keyOf(election, session)).orElseThrow();
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
      assertThat(Campaigns.candidates(store, election)).isEmpty();
    }
  }

  /** The second waits until the first resigns, then leads with a higher token. */
  @Test
  @Case(133)
  @Verifies({"G45", "G48"})
  default void theSecondLeadsAfterTheFirstResigned() throws InterruptedException {
    try (Store store = open();
        Session one = Campaigns.session(this, store);
        Session two = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      Leadership first = Elections.over(store).campaign(election, one, Bytes.utf8("one"));
      Future<Leadership> waiting = Campaigns.begin(store, election, two, "two");
      Campaigns.awaitCandidates(this, store, election, 2);
      assertThat(waiting.isDone()).isFalse();
      first.close();
      first.close();
      assertThat(first.isHeld()).isFalse();
      try (Leadership second = Campaigns.result(this, waiting)) {
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
      ElectionName election = new ElectionName(freshKey());
      List<Session> sessions = new ArrayList<>();
      List<Future<Leadership>> waiting = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Session session = Campaigns.session(this, store);
        sessions.add(session);
        waiting.add(Campaigns.begin(store, election, session, "n" + i));
        Campaigns.awaitCandidates(this, store, election, i + 1);
      }
      FencingToken last = new FencingToken(Revision.ZERO);
      for (int i = 0; i < 8; i++) {
        Leadership leadership = Campaigns.result(this, waiting.get(i));
        assertThat(leadership.token()).isGreaterThan(last);
        last = leadership.token();
        assertThat(waiting.subList(i + 1, 8)).noneMatch(Future::isDone);
        leadership.close();
      }
      sessions.forEach(Session::close);
      assertThat(Campaigns.candidates(store, election)).isEmpty();
    }
  }

  /** A campaign that is interrupted takes its key along, and the next in line is not held up. */
  @Test
  @Case(135)
  @Verifies("G48")
  default void anInterruptedCampaignLeavesNoKey() throws InterruptedException {
    try (Store store = open();
        Session one = Campaigns.session(this, store);
        Session two = Campaigns.session(this, store);
        Session three = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      Leadership first = Elections.over(store).campaign(election, one, Bytes.EMPTY);
      Future<Leadership> interrupted = Campaigns.begin(store, election, two, "two");
      Campaigns.awaitCandidates(this, store, election, 2);
      Future<Leadership> third = Campaigns.begin(store, election, three, "three");
      Campaigns.awaitCandidates(this, store, election, 3);
      interrupted.cancel(true);
      Campaigns.awaitCandidates(this, store, election, 2);
      assertThat(store.keyValues().get(Campaigns.keyOf(election, two))).isEmpty();
      first.close();
      Campaigns.result(this, third).close();
      assertThat(Campaigns.candidates(store, election)).isEmpty();
    }
  }

  /** A campaign that fails leaves no key, also when the store did not answer. */
  @Test
  @Case(136)
  @Verifies({"G38", "G48"})
  default void aFailedCampaignLeavesNoKey() {
    try (Store store = open();
        Session one = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
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
              () -> Campaigns.candidates(store, election).isEmpty());
      unreliable.cut();
      assertThatThrownBy(() -> elections.campaign(election, one, Bytes.utf8("cut")))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(Campaigns.candidates(store, election)).isEmpty();
    }
  }

  /** A failed campaign removes no key but its own, not even one of the same session. */
  @Test
  @Case({136, 148})
  @Verifies({"G48", "G49"})
  default void aFailedCampaignDoesNotRemoveTheLeaderOfItsSession() throws InterruptedException {
    try (Store store = open();
        Session one = Campaigns.session(this, store)) {
      UnreliableStore unreliable = new UnreliableStore(store);
      try (Leadership leader =
          Elections.over(store).campaign(new ElectionName(freshKey()), one, Bytes.utf8("one"))) {
        unreliable.loseAnswers(2);
        assertThatThrownBy(() ->
                Elections.over(unreliable).campaign(leader.election(), one, Bytes.utf8("one")))
            .isInstanceOf(OutcomeUnknownException.class);
        advance(store, Duration.ofSeconds(2));
        assertThat(leader.isHeld()).isTrue();
        assertThat(Campaigns.candidates(store, leader.election())).hasSize(1);
      }
    }
  }

  /** One lost answer to the creation of the candidate's key is found out about. */
  @Test
  @Case(136)
  @Verifies({"G39", "G48"})
  default void oneLostAnswerDoesNotFailTheCampaign() throws InterruptedException {
    try (Store store = open();
        Session one = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      UnreliableStore unreliable = new UnreliableStore(store);
      unreliable.loseAnswers(1);
      try (Leadership leadership =
          Elections.over(unreliable).campaign(election, one, Bytes.utf8("one"))) {
        assertThat(Campaigns.candidates(store, election)).hasSize(1);
        assertThat(Campaigns.candidates(store, election).getFirst().created())
            .isEqualTo(leadership.token().revision());
      }
      assertThat(Campaigns.candidates(store, election)).isEmpty();
    }
  }

  /** A waiting candidate outlives an outage and compacted history, and still gets its turn. */
  @Test
  @Case(136)
  @Verifies({"G30", "G48"})
  default void aWaitingCandidateOutlivesTroubleWithItsWatch() throws InterruptedException {
    try (Store store = open();
        Session one = Campaigns.session(this, store);
        Session two = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      UnreliableStore unreliable = new UnreliableStore(store);
      Leadership first = Elections.over(store).campaign(election, one, Bytes.EMPTY);
      Future<Leadership> waiting = Campaigns.begin(unreliable, election, two, "two");
      Campaigns.awaitCandidates(this, store, election, 2);
      Await.of(this).until("it watches", () -> unreliable.openWatches() >= 2);
      unreliable.cut();
      unreliable.breakWatches(new HistoryLostException(store.keyValues().current()));
      advance(store, Duration.ofMillis(500));
      first.close();
      assertThat(waiting.isDone()).isFalse();
      unreliable.mend();
      Await.of(this).advancing("its turn", this, store, Duration.ofMillis(100), waiting::isDone);
      Leadership second = Campaigns.result(this, waiting);
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
        Session one = Campaigns.session(this, store);
        Session two = Campaigns.session(this, store);
        Leadership first =
            Elections.over(store).campaign(new ElectionName(freshKey()), one, Bytes.utf8("one"))) {
      Future<Leadership> waiting = Campaigns.begin(store, first.election(), two, "two");
      Campaigns.awaitCandidates(this, store, first.election(), 2);
      store.keyValues().delete(Campaigns.keyOf(first.election(), two));
      assertThatThrownBy(() -> Campaigns.result(this, waiting))
          .isInstanceOf(LeaseLostException.class);
      assertThat(first.isHeld()).isTrue();
    }
  }

  /** Whose lease is revoked while it waits is told. */
  @Test
  @Case(138)
  @Verifies("G52")
  default void aWaitingCandidateWhoseLeaseIsRevokedIsTold() throws InterruptedException {
    try (Store store = open();
        Session one = Campaigns.session(this, store);
        Session two = Campaigns.session(this, store);
        Leadership first =
            Elections.over(store).campaign(new ElectionName(freshKey()), one, Bytes.utf8("one"))) {
      Future<Leadership> waiting = Campaigns.begin(store, first.election(), two, "two");
      Campaigns.awaitCandidates(this, store, first.election(), 2);
      store.leases().revoke(two.lease());
      assertThatThrownBy(() -> Campaigns.result(this, waiting))
          .isInstanceOf(LeaseLostException.class);
      assertThat(Campaigns.candidates(store, first.election())).hasSize(1);
    }
  }

  /** A session that ends while its candidate waits, or before it stands, ends the campaign. */
  @Test
  @Case(138)
  @Verifies("G52")
  default void aCampaignEndsWithItsSession() throws InterruptedException {
    try (Store store = open();
        Session one = Campaigns.session(this, store);
        Leadership first =
            Elections.over(store).campaign(new ElectionName(freshKey()), one, Bytes.utf8("one"))) {
      Session two = Campaigns.session(this, store);
      Future<Leadership> waiting = Campaigns.begin(store, first.election(), two, "two");
      Campaigns.awaitCandidates(this, store, first.election(), 2);
      two.close();
      assertThatThrownBy(() -> Campaigns.result(this, waiting))
          .isInstanceOf(LeaseLostException.class);
      assertThatThrownBy(() -> Elections.over(store).campaign(first.election(), two, Bytes.EMPTY))
          .isInstanceOf(LeaseLostException.class);
      assertThat(Campaigns.candidates(store, first.election())).hasSize(1);
    }
  }

  /** Elections do not mix when one's name begins with, or lies below, the other's. */
  @Test
  @Case(147)
  @Verifies({"G45", "G48"})
  default void electionsWithRelatedNamesDoNotMix() throws InterruptedException {
    try (Store store = open();
        Session session = Campaigns.session(this, store);
        Session late = Campaigns.session(this, store)) {
      ElectionName a = new ElectionName(freshKey());
      Elections elections = Elections.over(store);
      List<Leadership> all = new ArrayList<>();
      // Keys below the name that are nobody's candidates.
      store.keyValues().put(Key.utf8(a + "/note"), Bytes.utf8("no candidate"));
      store.keyValues().put(Key.utf8(a + "/"), Bytes.utf8("no candidate"));
      for (String suffix : List.of("/b", "b", "", "/b/c", "/1f")) {
        ElectionName election = ElectionName.of(a + suffix);
        assertThat(elections.leader(election)).as(suffix).isEmpty();
        Future<Leadership> campaign = Campaigns.begin(store, election, session, "of " + suffix);
        all.add(Campaigns.result(this, campaign));
        assertThat(elections.leader(election).map(Leader::proposal))
            .contains(Bytes.utf8("of " + suffix));
      }
      assertThat(all).allMatch(Leadership::isHeld);
      Future<Leadership> waiting = Campaigns.begin(store, a, late, "late");
      Await.of(this)
          .until(
              "the late one stands",
              () -> store.keyValues().get(Campaigns.keyOf(a, late)).isPresent());
      try (LeaderWatch watch = elections.observe(a)) {
        assertThat(watch.next().leader().map(Leader::proposal)).contains(Bytes.utf8("of "));
      }
      all.get(2).close();
      Campaigns.result(this, waiting).close();
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
        Session one = Campaigns.session(this, store);
        Session two = Campaigns.session(this, store)) {
      ElectionName election = new ElectionName(freshKey());
      Elections elections = Elections.over(store);
      Leadership first = elections.campaign(election, one, Bytes.utf8("one"));
      Leadership again = elections.campaign(election, one, Bytes.utf8("one again"));
      assertThat(again.token()).isEqualTo(first.token());
      assertThat(elections.leader(election).map(Leader::proposal))
          .contains(Bytes.utf8("one again"));
      Future<Leadership> waiting = Campaigns.begin(store, election, two, "two");
      Campaigns.awaitCandidates(this, store, election, 2);
      Future<Leadership> joining = Campaigns.begin(store, election, two, "two too");
      Await.of(this)
          .until(
              "the joining one wrote its proposal",
              () ->
                  store
                      .keyValues()
                      .get(Campaigns.keyOf(election, two))
                      .map(Entry::value)
                      .equals(Optional.of(Bytes.utf8("two too"))));
      // The one that joined gives up, the one that stands stays.
      joining.cancel(true);
      Future<Leadership> joiningAgain = Campaigns.begin(store, election, two, "two again");
      first.close();
      Await.of(this).until("both handles hear the end", () -> !again.isHeld());
      Leadership second = Campaigns.result(this, waiting);
      assertThat(Campaigns.result(this, joiningAgain).token()).isEqualTo(second.token());
      second.close();
      assertThat(Campaigns.candidates(store, election)).isEmpty();
    }
  }

  /** Many candidates at once: one term at a time, and every write of the past is refused. */
  @Test
  @Case({133, 134})
  @Verifies({"G45", "G47", "G48"})
  default void manyCandidatesLeadOneAfterAnother() {
    int candidates = 16;
    try (Store store = open()) {
      ElectionName election = new ElectionName(freshKey());
      Key counter = freshKey();
      store.keyValues().put(counter, Bytes.utf8("0"));
      List<FencingToken> tokens = new CopyOnWriteArrayList<>();
      Concurrently.run(
          // One after the other, each through several calls.
          patience().multipliedBy(3),
          candidates,
          i ->
              () -> {
                try (Session session = Campaigns.session(this, store);
                    Leadership leadership =
                        Elections.over(store).campaign(election, session, Bytes.utf8("n" + i))) {
                  Entry read = store.keyValues().get(counter).orElseThrow();
                  tokens.add(leadership.token());
                  int next = Integer.parseInt(read.value().utf8()) + 1;
                  // Deliberately without a condition on the counter itself: leading is enough.
                  assertThat(Campaigns.write(store, leadership, counter, "" + next)).isTrue();
                }
                return i;
              });
      assertThat(tokens).hasSize(candidates).isSorted().doesNotHaveDuplicates();
      assertThat(store.keyValues().get(counter).map(Entry::value))
          .contains(Bytes.utf8("" + candidates));
      assertThat(Campaigns.candidates(store, election)).isEmpty();
    }
  }
}
