package dev.plinth.tck.robustness;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Put;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
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
import java.util.concurrent.locks.LockSupport;

/**
 * What clients do to themselves and to each other, on any store.
 *
 * <p>One thread at a time.
 */
public final class ClientFaults {
  private static final int FIRST_OF_STORM = 110;
  private static final int STORMING = 8;
  private static final int LEASES_EACH = 125;
  private static final int WITH_A_KEY = 10;

  /** Long enough to be renewed in time by a machine that stands still for a moment. */
  private static final Duration BLOCKED_TTL = Duration.ofSeconds(4);

  private static final long BLOCKED_MILLIS = BLOCKED_TTL.multipliedBy(5).dividedBy(2).toMillis();

  /** What it waited for is only seen soon after it was lost. */
  private static final long LOOK_MILLIS = 100;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final List<Store> stores;
  private final Load load;
  private final Random random;
  private final Runnable failOver;
  private final AtomicInteger numbers = new AtomicInteger();

  /**
   * Prepares them.
   *
   * @param stores of the clients
   * @param load that goes on meanwhile
   * @param random draws what is left open
   * @param failOver ends whoever leads the servers or owns the data, and brings it back
   */
  public ClientFaults(List<Store> stores, Load load, Random random, Runnable failOver) {
    this.stores = stores;
    this.load = load;
    this.random = random;
    this.failOver = failOver;
  }

  /**
   * Returns the faults.
   *
   * @return every kind once
   */
  public List<Fault> all() {
    return List.of(
        new Fault("client paused", this::pauseClient),
        new Fault("consumers slow", this::slowConsumers),
        new Fault("storm of leases", this::storm),
        new Fault("callbacks block", this::blockCallbacks));
  }

  /** A client stops, perhaps while it leads, and wakes after its lease is over. */
  private void pauseClient() {
    int client = random.nextInt(load.clients());
    load.hold(client, true);
    hold(Duration.ofMillis(random.nextInt(2000, 6000)));
    load.hold(client, false);
  }

  private void slowConsumers() {
    load.holdWatchers(true);
    hold(Duration.ofMillis(random.nextInt(2000, 5000)));
    load.holdWatchers(false);
  }

  /** A thousand leases of two seconds, half of them renewed, and another leader in the middle. */
  private void storm() {
    List<Future<Boolean>> storming = new ArrayList<>();
    for (int i = 0; i < STORMING; i++) {
      int client = FIRST_OF_STORM + i;
      Store store = stores.get(i % stores.size());
      storming.add(Concurrently.start(() -> storm(client, store)));
    }
    hold(Duration.ofMillis(1500));
    failOver.run();
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
          Call unused = commit(load, client, store, put);
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
      hold(Duration.ofMillis(300));
    }
    return true;
  }

  /** Readers and signals that block must not keep a lease from being renewed. */
  private void blockCallbacks() {
    CountDownLatch release = new CountDownLatch(1);
    List<Watch> watches = new ArrayList<>();
    Store store = stores.get(random.nextInt(load.clients()));
    try (Session session = Session.open(store, BLOCKED_TTL, SessionPolicy.END)) {
      session.onEvent(event -> await(release));
      for (int i = 0; i < 64; i++) {
        Watch watch = store.watches().open(WatchOptions.of(KeyRange.all()));
        watch.onReady(() -> await(release));
        watches.add(watch);
      }
      for (int i = 0; i < BLOCKED_MILLIS / LOOK_MILLIS; i++) {
        hold(Duration.ofMillis(LOOK_MILLIS));
        if (!session.isHeld()) {
          throw new AssertionError("callbacks that block have cost a session: " + session.end());
        }
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

  /**
   * Commits as one of the recorded clients.
   *
   * @param load that records it
   * @param client its number
   * @param store to commit to
   * @param transaction what to commit
   * @return the call with its answer
   */
  public static Call commit(Load load, int client, Store store, Transaction transaction) {
    return load.history()
        .record(
            client,
            new Call.Request.Committing(transaction),
            () -> new Call.Answer.Committed(store.keyValues().commit(transaction)));
  }

  /**
   * Lets time pass.
   *
   * @param length how much
   */
  public static void hold(Duration length) {
    long end = System.nanoTime() + length.toNanos();
    for (long left = length.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
