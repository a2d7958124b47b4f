package dev.plinth.tck.history;

import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import java.time.Duration;
import java.util.Random;

/** Moves time and compacts history, now and then where that is refused. */
final class Disturbance {
  private final int client;
  private final Store store;
  private final History history;
  private final Surroundings surroundings;
  private final SeededWatcher observer;
  private final Random random;

  Disturbance(
      int client,
      Store store,
      History history,
      Surroundings surroundings,
      SeededWatcher observer,
      Random random) {
    this.client = client;
    this.store = store;
    this.history = history;
    this.surroundings = surroundings;
    this.observer = observer;
    this.random = random;
  }

  void step() {
    int choice = random.nextInt(20);
    if (choice < 14) {
      int longest = Math.toIntExact(surroundings.longestStep().toMillis());
      surroundings.advance().accept(Duration.ofMillis(random.nextInt(longest)));
      return;
    }
    /* Never ahead of the observer, who must see everything. */
    long seen = observer.position().value();
    long revision = choice == 14 ? seen + 1_000_000 : seen - random.nextInt(60);
    Revision target = Revision.of(Math.max(0, revision));
    Call unused =
        history.record(
            client,
            new Call.Request.Compacting(target),
            () -> new Call.Answer.At(store.keyValues().compact(target)));
  }
}
