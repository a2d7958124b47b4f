package dev.plinth.storage.etcd.robustness;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Put;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import dev.plinth.storage.etcd.testing.EtcdServer;
import dev.plinth.tck.Await;
import dev.plinth.tck.Concurrently;
import dev.plinth.tck.history.Call;
import dev.plinth.tck.history.Load;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** What clients do to themselves, to each other and to the space of the servers. */
final class LoadFaults {
  private static final int FILLER = 100;
  private static final int FIRST_OF_STORM = 110;
  private static final int STORMING = 8;
  private static final int LEASES_EACH = 125;
  private static final int WITH_A_KEY = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Await PATIENT = new Await(PATIENCE);
  private static final KeySpace FILLED = KeySpace.of("/fill");

  private final DisturbedCluster cluster;
  private final Load load;
  private final Random random;
  private final AtomicInteger numbers = new AtomicInteger();

  LoadFaults(DisturbedCluster cluster, Load load, Random random) {
    this.cluster = cluster;
    this.load = load;
    this.random = random;
  }

  List<Fault> all() {
    return List.of(
        new Fault("client paused", this::pauseClient),
        new Fault("consumers slow", this::slowConsumers),
        new Fault("storm of leases", this::storm),
        new Fault("callbacks block", this::blockCallbacks),
        new Fault("no space", this::fill));
  }

  /** A client stops, perhaps while it leads, and wakes after its lease is over. */
  private void pauseClient() {
    int client = random.nextInt(load.clients());
    load.hold(client, true);
    Faults.hold(Duration.ofMillis(random.nextInt(2000, 6000)));
    load.hold(client, false);
  }

  private void slowConsumers() {
    load.holdWatchers(true);
    Faults.hold(Duration.ofMillis(random.nextInt(2000, 5000)));
    load.holdWatchers(false);
  }

  /** A thousand leases of two seconds, half of them renewed, and another leader in the middle. */
  private void storm() {
    List<Future<Boolean>> storming = new ArrayList<>();
    for (int i = 0; i < STORMING; i++) {
      int client = FIRST_OF_STORM + i;
      Store store = cluster.clients().get(i % cluster.clients().size());
      storming.add(Concurrently.start(() -> storm(client, store)));
    }
    Faults.hold(Duration.ofMillis(1500));
    EtcdServer leader = cluster.servers().awaitLeader();
    leader.kill();
    cluster.servers().restart(leader);
    storming.forEach(client -> {
      boolean unused = Concurrently.result(client, PATIENCE);
    });
  }

  private boolean storm(int client, Store store) {
    List<LeaseId> leases = new ArrayList<>();
    Duration ttl = Duration.ofSeconds(2);
    for (int i = 0; i < LEASES_EACH; i++) {
      Call granted =
          load.history()
              .record(
                  client,
                  new Call.Request.Granting(LeaseId.NONE, ttl),
                  () -> new Call.Answer.Leased(store.leases().grant(ttl)));
      if (granted.answer() instanceof Call.Answer.Leased leased) {
        leases.add(leased.lease().id());
        if (i % WITH_A_KEY == 0) {
          int number = numbers.incrementAndGet();
          Transaction put =
              Transaction.of(
                  Put.of(Key.utf8("/storm/" + number), Bytes.utf8("storm-" + number))
                      .withLease(leased.lease().id()));
          Call unused = commit(client, store, put);
        }
      }
    }
    for (int round = 0; round < 4; round++) {
      for (int i = 0; i < leases.size(); i += 2) {
        LeaseId lease = leases.get(i);
        Call unused =
            load.history()
                .record(
                    client,
                    new Call.Request.Renewing(lease),
                    () -> new Call.Answer.Leased(store.leases().renew(lease)));
      }
      Faults.hold(Duration.ofMillis(300));
    }
    return true;
  }

  private Call commit(int client, Store store, Transaction transaction) {
    return load.history()
        .record(
            client,
            new Call.Request.Committing(transaction),
            () -> new Call.Answer.Committed(store.keyValues().commit(transaction)));
  }

  /** Readers and signals that block must not keep a lease from being renewed. */
  private void blockCallbacks() {
    CountDownLatch release = new CountDownLatch(1);
    List<Watch> watches = new ArrayList<>();
    Store store = cluster.clients().get(random.nextInt(load.clients()));
    try (Session session = Session.open(store, Duration.ofSeconds(2), SessionPolicy.END)) {
      session.onEvent(event -> await(release));
      for (int i = 0; i < 64; i++) {
        Watch watch = store.watches().open(WatchOptions.of(KeyRange.all()));
        watch.onReady(() -> await(release));
        watches.add(watch);
      }
      Faults.hold(Duration.ofSeconds(5));
      if (!session.isHeld()) {
        throw new AssertionError("callbacks that block have cost a session: " + session.end());
      }
    } finally {
      release.countDown();
      watches.forEach(Watch::close);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isFull() {
    return cluster.servers().etcdctl().run("alarm", "list").contains("NOSPACE");
  }

  /** Writes until the servers have no more space, then frees it as an operator does. */
  private void fill() {
    Store store = cluster.direct();
    int written = 0;
    while (written < 200 && !isFull()) {
      byte[] bytes = new byte[512 << 10];
      random.nextBytes(bytes);
      /* Keys that live, since versions of the past are compacted all the time. */
      Key key = FILLED.key("" + written++);
      Call unused = commit(FILLER, store, Transaction.of(Put.of(key, Bytes.of(bytes))));
    }
    if (!isFull()) {
      throw new AssertionError("the servers had space for " + written + " large values");
    }
    Faults.hold(Duration.ofSeconds(1));
    Revision gone =
        PATIENT.value(
            "what filled the space is deleted",
            () -> commit(FILLER, store, Transaction.of(Delete.of(FILLED.below()))).revision());
    PATIENT.until("the end of it is seen", () -> load.observed().compareTo(gone) >= 0);
    Revision seen = load.observed();
    Call unused =
        load.history()
            .record(
                FILLER,
                new Call.Request.Compacting(seen),
                () -> new Call.Answer.At(store.keyValues().compact(seen)));
    Faults.hold(Duration.ofMillis(300));
    for (EtcdServer member : cluster.servers().members()) {
      String unusedOutput =
          cluster.servers().etcdctl(member).run("defrag", "--command-timeout=30s");
    }
    String unusedOutput = cluster.servers().etcdctl().run("alarm", "disarm");
  }
}
