package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.Concurrently;
import java.time.Duration;
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
}
