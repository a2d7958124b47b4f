package dev.plinth.tck.history;

import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.tck.Concurrently;
import dev.plinth.tck.StoreFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
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
   * @param fixture moves time
   * @param store empty, used by nobody else; left open
   * @return what happened, after every watch had time to see it
   */
  public History run(StoreFixture fixture, Store store) {
    History history = new History(store);
    KeySpace space = KeySpace.of("/workload");
    SeededWatcher observer = SeededWatcher.observer(store, history, fixture);
    List<SeededWatcher> watchers = new ArrayList<>();
    for (int i = 0; i < WATCHERS; i++) {
      watchers.add(new SeededWatcher(store, history, fixture, space, new Random(seed * 31 + i)));
    }
    List<SeededClient> seeded = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      seeded.add(new SeededClient(i, store, history, space, new Random(seed * 37 + i)));
    }
    Disturbance disturbance =
        new Disturbance(clients, store, history, fixture, observer, new Random(seed));
    if (interleaved) {
      interleave(observer, watchers, seeded, disturbance);
    } else {
      runThreads(fixture, observer, watchers, seeded, disturbance);
    }
    Revision last = store.keyValues().current();
    observer.finish(last);
    watchers.forEach(watcher -> watcher.finish(last));
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
      StoreFixture fixture,
      SeededWatcher observer,
      List<SeededWatcher> watchers,
      List<SeededClient> seeded,
      Disturbance disturbance) {
    AtomicBoolean done = new AtomicBoolean();
    List<Future<Integer>> watching = new ArrayList<>();
    List<SeededWatcher> all = new ArrayList<>(watchers);
    all.add(observer);
    for (SeededWatcher watcher : all) {
      watching.add(
          Concurrently.start(() -> {
            int pulled = 0;
            for (; !done.get(); pulled++) {
              watcher.stepAndWait();
            }
            return pulled;
          }));
    }
    List<Integer> finished =
        Concurrently.run(
            fixture.patience(),
            clients + 1,
            number ->
                () -> {
                  for (int step = 0; step < steps; step++) {
                    if (number == clients) {
                      disturbance.step();
                    } else {
                      seeded.get(number).step();
                    }
                  }
                  return steps;
                });
    done.set(true);
    for (Future<Integer> watcher : watching) {
      int pulled = Concurrently.result(watcher, fixture.patience());
      if (pulled == 0 && finished.isEmpty()) {
        throw new AssertionError("a watcher never ran");
      }
    }
  }
}
