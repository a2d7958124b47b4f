package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.Await;
import dev.plinth.tck.Concurrently;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Watches that share what is pulled for all of them (H9). */
final class HazelcastWatchesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Key KEY = Key.utf8("/k");

  @Test
  void aWatchThatComesWhileChangesArePulledGetsAllThatItWants() throws InterruptedException {
    AtomicBoolean done = new AtomicBoolean();
    try (TestMember member = TestMember.alone(TestMember.RULES)) {
      member.create("plinth");
      try (Store store = member.open("plinth");
          Watch modest = store.watches().open(WatchOptions.of(KeyRange.single(KEY)))) {
        Revision unused = store.keyValues().put(KEY, Bytes.EMPTY);
        Future<Boolean> writing =
            Concurrently.start(() -> {
              while (!done.get()) {
                Revision unusedLater = store.keyValues().put(KEY, Bytes.EMPTY);
              }
              return true;
            });
        WatchOptions demanding = WatchOptions.of(KeyRange.single(KEY)).withPreviousValues();
        for (int round = 0; round < 200; round++) {
          try (Watch watch = store.watches().open(demanding)) {
            for (Change change : watch.poll(PATIENCE).orElseThrow().changes()) {
              assertThat(change.previous()).as("round %s: %s", round, change).isPresent();
            }
          }
        }
        done.set(true);
        assertThat(Concurrently.result(writing, PATIENCE)).isTrue();
        assertThat(modest.poll(PATIENCE)).isPresent();
      } finally {
        done.set(true);
      }
    }
  }

  /** G29: what was left to be pulled for a watch alone may be nothing that it wants. */
  @Test
  void aMarkThatWaitedForAWatchToCatchUpWakesItsReader() throws InterruptedException {
    Bytes large = Bytes.of(new byte[1_200_000]);
    try (TestMember member = TestMember.alone(TestMember.RULES)) {
      member.create("plinth");
      try (Store store = member.open("plinth");
          Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(KEY)))) {
        HazelcastWatches hub = (HazelcastWatches) store.watches();
        // There is room for the first only, so that the watch falls behind with the second.
        Revision unusedFirst = store.keyValues().put(KEY, large);
        Revision second = store.keyValues().put(KEY, large);
        Revision last = store.keyValues().put(Key.utf8("/other"), Bytes.EMPTY);
        watch.requestProgress();
        long asked = hub.rounds();
        new Await(PATIENCE).until("the mark is known", () -> hub.rounds() > asked + 2);
        // At once, so that the reader waits before the watch has caught up.
        Optional<WatchBatch> queued = watch.poll(PATIENCE);
        Optional<WatchBatch> pulled = watch.poll(PATIENCE);
        Optional<WatchBatch> mark = watch.poll(PATIENCE);
        assertThat(queued).map(WatchBatch::isProgress).contains(false);
        assertThat(pulled).map(WatchBatch::revision).contains(second);
        assertThat(mark).contains(new WatchBatch(last, List.of()));
      }
    }
  }
}
