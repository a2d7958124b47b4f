package dev.plinth.tck.history;

import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A workload that goes on, each client on a store of its own, until it is told to finish: what
 * happens to the servers and connections meanwhile is up to the caller, who notes it here.
 *
 * <p>Thread-safe. The stores are left open.
 */
public final class Load {
  private static final int WATCHERS = 4;
  private static final Duration AFTER_FAILURE = Duration.ofMillis(5);

  private final Surroundings surroundings;
  private final History history;
  private final int clients;
  private final SeededWatcher observer;
  private final List<SeededWatcher> watchers = new ArrayList<>();
  private final List<FutureTask<Boolean>> working = new ArrayList<>();
  private final List<FutureTask<Boolean>> watching = new ArrayList<>();
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicBoolean watchersHeld = new AtomicBoolean();
  private final Set<Integer> held = ConcurrentHashMap.newKeySet();

  private Load(long seed, List<Store> stores, Store observing, Surroundings surroundings) {
    this.surroundings = surroundings;
    this.history = new History(observing);
    this.clients = stores.size();
    this.observer = SeededWatcher.observer(observing, history, surroundings);
    KeySpace space = KeySpace.of("/workload");
    for (int i = 0; i < WATCHERS; i++) {
      Store store = stores.get(i % stores.size());
      watchers.add(
          new SeededWatcher(store, history, surroundings, space, new Random(seed * 31 + i)));
    }
    for (int i = 0; i < clients; i++) {
      int number = i;
      SeededClient client =
          new SeededClient(i, stores.get(i), history, space, new Random(seed * 37 + i));
      working.add(
          new FutureTask<>(() -> {
            repeat(number, client::step);
            return true;
          }));
    }
    Disturbance disturbance =
        new Disturbance(clients, observing, history, surroundings, observer, new Random(seed));
    working.add(
        new FutureTask<>(() -> {
          repeat(clients, disturbance::step);
          return true;
        }));
    List<SeededWatcher> all = new ArrayList<>(watchers);
    all.add(observer);
    for (SeededWatcher watcher : all) {
      watching.add(
          new FutureTask<>(() -> {
            while (!done.get()) {
              if (watchersHeld.get() && watcher != observer) {
                LockSupport.parkNanos(AFTER_FAILURE.toNanos());
              } else {
                watcher.stepAndWait();
              }
            }
            return true;
          }));
    }
  }

  /**
   * Starts it.
   *
   * @param seed the same one gives each client the same commands
   * @param stores one for each client, of the same data, which is empty
   * @param observing for the observer and for compactions
   * @param surroundings how time passes between compactions
   * @return the running load
   */
  public static Load start(
      long seed, List<Store> stores, Store observing, Surroundings surroundings) {
    Load load = new Load(seed, stores, observing, surroundings);
    load.watching.forEach(task -> Thread.ofVirtual().name("tck-watcher").start(task));
    load.working.forEach(task -> Thread.ofVirtual().name("tck-client").start(task));
    return load;
  }

  private void repeat(int client, Runnable step) {
    while (!done.get()) {
      if (held.contains(client)) {
        LockSupport.parkNanos(AFTER_FAILURE.toNanos());
        continue;
      }
      step.run();
      if (history.last(client).filter(call -> !call.isAnswered()).isPresent()) {
        LockSupport.parkNanos(AFTER_FAILURE.toNanos());
      }
    }
  }

  /**
   * Returns what was recorded so far; the caller may record calls of its own in it, with numbers of
   * clients from 100 on.
   *
   * @return the growing history
   */
  public History history() {
    return history;
  }

  /**
   * Returns how many clients there are.
   *
   * @return their number; they are numbered from 0
   */
  public int clients() {
    return clients;
  }

  /**
   * Stops a client between two calls, as a long garbage collection does, or lets it go on.
   *
   * @param client its number; that of the last client and one more is the one who compacts and lets
   *     time pass between the calls
   * @param stops whether it stops
   */
  public void hold(int client, boolean stops) {
    boolean unused = stops ? held.add(client) : held.remove(client);
  }

  /**
   * Stops all watchers but the observer from pulling, or lets them go on.
   *
   * @param stops whether they stop
   */
  public void holdWatchers(boolean stops) {
    watchersHeld.set(stops);
  }

  /**
   * Returns up to where the observer has seen everything.
   *
   * @return a revision that may be compacted
   */
  public Revision observed() {
    return observer.position();
  }

  /**
   * Notes that something was disturbed and is no longer.
   *
   * @param from when it began, by the clock of the observing store
   */
  public void disturbedSince(long from) {
    history.add(new History.Disturbed(from, history.time()));
  }

  /**
   * Notes that the server that led was stopped and runs again.
   *
   * @param from when it was stopped, by the clock of the observing store
   */
  public void leaderStoppedSince(long from) {
    history.add(new History.LeaderStop(from, history.time()));
  }

  /**
   * Says who has not recovered since a moment.
   *
   * @param moment by the clock of the observing store
   * @param revision what the observer must have seen
   * @return what is still missing, in words; nothing if every client was answered since, and the
   *     observer has caught up
   */
  public Optional<String> missingSince(long moment, Revision revision) {
    for (FutureTask<Boolean> task : working) {
      if (task.isDone()) {
        return Optional.of("a client has failed: " + task.exceptionNow());
      }
    }
    for (int client = 0; client < clients; client++) {
      if (history.lastAnswered(client).filter(call -> call.timeReturned() > moment).isEmpty()) {
        return Optional.of("client " + client + ": " + history.last(client));
      }
    }
    return observer.position().compareTo(revision) < 0
        ? Optional.of("the observer is at " + observer.position() + ", not at " + revision)
        : Optional.empty();
  }

  /**
   * Ends it: clients stop, watches are pulled until they have everything.
   *
   * @param store where the last revision is read
   * @return what happened
   */
  public History finish(Store store) {
    done.set(true);
    working.forEach(task -> Workload.await(task, surroundings.patience()));
    watching.forEach(task -> Workload.await(task, surroundings.patience()));
    Revision last = store.keyValues().current();
    watchers.forEach(watcher -> watcher.finish(last));
    /* Leases may still have ended meanwhile; what others saw of that, the observer sees too. */
    observer.finish(store.keyValues().current());
    return history;
  }
}
