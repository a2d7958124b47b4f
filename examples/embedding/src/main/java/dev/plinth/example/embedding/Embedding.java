package dev.plinth.example.embedding;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Put;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.Leadership;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import java.time.Duration;

/** Opens a store, holds a lease, campaigns, writes as the leader, and watches what was written. */
public final class Embedding {
  private Embedding() {}

  /**
   * Runs the example.
   *
   * @param args none
   * @throws InterruptedException if interrupted while it waits
   */
  public static void main(String... args) throws InterruptedException {
    Key greeting = Key.utf8("/example/greeting");
    try (StoreRuntime runtime = StoreRuntime.system();
        Store store = StoreProvider.named("memory").open(Settings.empty(), runtime);
        Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(greeting)));
        Session session = Session.open(store, Duration.ofSeconds(10), SessionPolicy.END);
        Leadership leadership =
            Elections.over(store)
                .campaign(ElectionName.of("/example/leader"), session, Bytes.utf8("node-1"))) {
      System.out.println("leading with token " + leadership.token());
      store
          .keyValues()
          .commit(
              Transaction.when(leadership.stillHeld())
                  .then(Put.of(greeting, Bytes.utf8("hello")).withLease(session.lease())));
      for (Change change : watch.next().changes()) {
        System.out.println(change.key() + " = " + change.entry().value());
      }
    }
  }
}
