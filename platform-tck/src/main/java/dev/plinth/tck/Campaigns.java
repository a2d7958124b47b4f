package dev.plinth.tck;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Put;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.Leadership;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import java.util.List;
import java.util.concurrent.Future;

/** What the tests of elections do again and again. */
final class Campaigns {
  private Campaigns() {}

  static Session session(StoreFixture fixture, Store store) {
    return Session.open(store, fixture.ttl(), SessionPolicy.END);
  }

  /** Campaigns on a thread of its own. */
  static Future<Leadership> begin(
      Store store, ElectionName election, Session session, String proposal) {
    return Concurrently.start(
        () -> Elections.over(store).campaign(election, session, Bytes.utf8(proposal)));
  }

  static <T> T result(StoreFixture fixture, Future<T> future) {
    return Concurrently.result(future, fixture.patience());
  }

  /** Returns every key below the election's name. */
  static List<Entry> candidates(Store store, ElectionName election) {
    return store.keyValues().list(KeyRange.prefix(Key.utf8(election + "/"))).entries();
  }

  static void awaitCandidates(StoreFixture fixture, Store store, ElectionName election, int count) {
    Await.of(fixture)
        .until(
            count + " candidates stand in " + election,
            () -> candidates(store, election).size() == count);
  }

  static Key keyOf(ElectionName election, Session session) {
    return Key.utf8(election + "/" + session.lease().hex());
  }

  /** Writes as a leader; says whether the store let it. */
  static boolean write(Store store, Leadership leadership, Key key, String value) {
    return store
        .keyValues()
        .commit(Transaction.when(leadership.stillHeld()).then(Put.of(key, Bytes.utf8(value))))
        .conditionsHeld();
  }
}
