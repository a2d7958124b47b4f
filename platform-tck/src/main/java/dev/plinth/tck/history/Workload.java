package dev.plinth.tck.history;

import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Several clients that read, write, lease, lead and watch on a few hot keys, driven by a seed.
 *
 * <p>The seed fixes what each client does, and when time moves and history is compacted. Run by
 * threads, how their calls overlap is up to the machine; run interleaved, on one thread, a seed
 * repeats a run exactly.
 *
 * @param seed the same one gives the same commands
 * @param clients how many, with one call under way each
 * @param steps how many calls each of them makes
 * @param interleaved whether all run on one thread, a step at a time
 * @since 0.1
 */
public record Workload(long seed, int clients, int steps, boolean interleaved) {
  /** Where the observer's log is found among the threads. */
  private static final int WATCHERS = 4;

  /**
   * Runs the workload.
   *
   * @param store empty, used by nobody else; left open
   * @param surroundings how time passes
   * @return what happened, after every watch had time to see it
   */
  public History run(Store store, Surroundings surroundings) {
    History history = new History(store);
    KeySpace space = KeySpace.of("/workload");
    SeededWatcher observer = SeededWatcher.observer(store, history, surroundings);
    List<SeededWatcher> watchers = new ArrayList<>();
    for (int i = 0; i < WATCHERS; i++) {
      watchers.add(
          new SeededWatcher(store, history, surroundings, space, new Random(seed * 31 + i)));
    }
    List<SeededClient> seeded = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      seeded.add(new SeededClient(i, store, history, space, new Random(seed * 37 + i)));
    }
    Disturbance disturbance =
        new Disturbance(clients, store, history, surroundings, observer, new Random(seed));
    if (interleaved) {
      interleave(observer, watchers, seeded, disturbance);
    } else {
      runThreads(surroundings, observer, watchers, seeded, disturbance);
    }
    Revision last = store.keyValues().current();
    watchers.forEach(watcher -> watcher.finish(last));
    /* Leases may still have ended meanwhile; what others saw of that, the observer sees too. */
    observer.finish(store.keyValues().current());
    return history;
  }

  private void interleave(
      SeededWatcher observer,
      List<SeededWatcher> watchers,
      List<SeededClient> seeded,
      Disturbance disturbance) {
    Random order = new Random(seed * 41);
    for (int step = 0; step < steps * clients; step++) {
      seeded.get(order.nextInt(clients)).step();
      if (order.nextInt(clients) == 0) {
        disturbance.step();
      }
      for (SeededWatcher watcher : watchers) {
        if (order.nextInt(3) == 0) {
          watcher.step();
        }
      }
      observer.step();
    }
  }

  private void runThreads(
      Surroundings surroundings,
      SeededWatcher observer,
      List<SeededWatcher> watchers,
      List<SeededClient> seeded,
      Disturbance disturbance) {
    AtomicBoolean done = new AtomicBoolean();
    List<FutureTask<Boolean>> working = new ArrayList<>();
    for (SeededClient client : seeded) {
      working.add(repeated(client::step));
    }
    working.add(repeated(disturbance::step));
    List<SeededWatcher> all = new ArrayList<>(watchers);
    all.add(observer);
    List<FutureTask<Boolean>> watching = new ArrayList<>();
    for (SeededWatcher watcher : all) {
      watching.add(
          new FutureTask<>(() -> {
            while (!done.get()) {
              watcher.stepAndWait();
            }
            return true;
          }));
    }
    for (FutureTask<Boolean> task : watching) {
      Thread unused = Thread.ofVirtual().name("tck-watcher").start(task);
    }
    for (FutureTask<Boolean> task : working) {
      Thread unused = Thread.ofVirtual().name("tck-client").start(task);
    }
    try {
      working.forEach(task -> await(task, surroundings.patience()));
    } finally {
      done.set(true);
    }
    watching.forEach(task -> await(task, surroundings.patience()));
  }

  private FutureTask<Boolean> repeated(Runnable step) {
    return new FutureTask<>(() -> {
      for (int i = 0; i < steps; i++) {
        step.run();
      }
      return true;
    });
  }

  static void await(FutureTask<Boolean> task, Duration patience) {
    try {
      boolean unused = task.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError("a client of the workload did not end", late);
    } catch (ExecutionException failed) {
      throw new AssertionError("a client of the workload failed: " + failed.getCause(), failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
  }
}
