package dev.plinth.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MemoryWatchTest {
  private static final int QUEUE = 4;
  private static final KeyRange RANGE = KeyRange.prefix(Key.utf8("k"));

  private static Store open() {
    return new MemoryStore(MemoryConfig.from(Settings.empty()), new VirtualRuntime(), QUEUE);
  }

  private static void put(Store store, String key, int from, int to) {
    for (int i = from; i < to; i++) {
      Revision unused = store.keyValues().put(Key.utf8(key + i), Bytes.utf8("v" + i));
    }
  }

  private static List<Long> drain(Watch watch) {
    List<Long> revisions = new ArrayList<>();
    for (Optional<WatchBatch> batch = watch.tryNext(); batch.isPresent(); batch = watch.tryNext()) {
      for (Change change : batch.get().changes()) {
        revisions.add(change.revision().value());
      }
    }
    return revisions;
  }

  private static List<Long> range(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  @Test
  void aReaderThatIsFarBehindGetsEverythingOnceAndThenFollowsLive() {
    try (Store store = open();
        Watch watch = store.watches().open(WatchOptions.of(RANGE))) {
      put(store, "k", 0, 5_000);
      put(store, "other", 0, 10);
      assertThat(drain(watch)).isEqualTo(range(2, 5_002));
      put(store, "k", 0, 3);
      assertThat(drain(watch)).isEqualTo(range(5_012, 5_015));
      put(store, "k", 0, 3 * QUEUE);
      put(store, "k", 0, 1);
      assertThat(drain(watch)).isEqualTo(range(5_015, 5_015 + 3 * QUEUE + 1));
    }
  }

  @Test
  void aReaderThatWritersOvertakeWhileItReadsMissesNothing() throws InterruptedException {
    int count = 30_000;
    try (Store store = open();
        Watch watch = store.watches().open(WatchOptions.of(RANGE))) {
      Thread writer = Thread.ofPlatform().start(() -> put(store, "k", 0, count));
      long expected = 2;
      while (expected < 2 + count) {
        for (Change change : watch.next().changes()) {
          assertThat(change.revision().value()).isEqualTo(expected++);
        }
      }
      writer.join();
      assertThat(watch.tryNext()).isEmpty();
    }
  }

  @Test
  void compactionThatOvertakesASlowReaderEndsTheWatch() {
    try (Store store = open();
        Watch watch = store.watches().open(WatchOptions.of(RANGE))) {
      put(store, "k", 0, 200);
      Revision unused = store.keyValues().compact(Revision.of(150));
      // What it had room for is still right.
      assertThat(watch.tryNext().orElseThrow().changes()).hasSize(QUEUE);
      assertThatThrownBy(watch::tryNext)
          .isInstanceOfSatisfying(
              HistoryLostException.class,
              lost -> assertThat(lost.compacted()).isEqualTo(Revision.of(150)));
      assertThatThrownBy(watch::next).isInstanceOf(HistoryLostException.class);
    }
  }

  @Test
  void compactionBehindALiveReaderDoesNotDisturbIt() {
    try (Store store = open();
        Watch watch = store.watches().open(WatchOptions.of(RANGE))) {
      put(store, "k", 0, 3);
      Revision unused = store.keyValues().compact(Revision.of(4));
      assertThat(drain(watch)).isEqualTo(range(2, 5));
    }
  }

  @Test
  void aDeliveryIsBoundedButNeverPartsARevision() {
    try (Store store = open();
        Watch watch = store.watches().open(WatchOptions.of(RANGE))) {
      Operation[] puts = new Operation[100];
      for (int i = 0; i < puts.length; i++) {
        puts[i] = Put.of(Key.utf8("k" + i), Bytes.EMPTY);
      }
      for (int i = 0; i < 100; i++) {
        assertThat(store.keyValues().commit(Transaction.of(puts)).conditionsHeld()).isTrue();
      }
      int total = 0;
      for (Optional<WatchBatch> batch = watch.tryNext();
          batch.isPresent();
          batch = watch.tryNext()) {
        int size = batch.get().changes().size();
        assertThat(size % puts.length).isZero();
        assertThat(size).isLessThanOrEqualTo(1_000);
        total += size;
      }
      assertThat(total).isEqualTo(100 * puts.length);
    }
  }

  @Test
  void aMarkIsNotHeldUpByChangesThatKeepComing() {
    try (Store store = open();
        Watch watch = store.watches().open(WatchOptions.of(RANGE))) {
      put(store, "k", 0, 3);
      watch.requestProgress();
      put(store, "k", 3, 1_500);
      List<Long> before = new ArrayList<>();
      WatchBatch batch = watch.tryNext().orElseThrow();
      while (!batch.isProgress()) {
        batch.changes().forEach(change -> before.add(change.revision().value()));
        batch = watch.tryNext().orElseThrow();
      }
      assertThat(batch.revision().value()).isGreaterThanOrEqualTo(4);
      assertThat(before).isEqualTo(range(2, batch.revision().value() + 1));
      assertThat(before.size()).isLessThan(1_500);
      assertThat(drain(watch)).isEqualTo(range(batch.revision().value() + 1, 1_502));
    }
  }

  @Test
  void aMarkAskedForBeforeAFutureStartComesWhenItIsReached() throws InterruptedException {
    try (Store store = open();
        Watch watch = store.watches().open(WatchOptions.of(RANGE).from(Revision.of(5)))) {
      watch.requestProgress();
      assertThat(watch.tryNext()).isEmpty();
      CountDownLatch ready = new CountDownLatch(2);
      watch.onReady(ready::countDown);
      put(store, "other", 0, 3);
      assertThat(watch.tryNext()).isEmpty();
      put(store, "other", 3, 4);
      WatchBatch mark = watch.poll(Duration.ofSeconds(20)).orElseThrow();
      assertThat(mark.isProgress()).isTrue();
      assertThat(mark.revision()).isEqualTo(Revision.of(5));
    }
  }

  @Test
  void aSignalThatThrowsDoesNotKeepOthersFromTheirs() throws InterruptedException {
    try (Store store = open();
        Watch bad = store.watches().open(WatchOptions.of(RANGE));
        Watch good = store.watches().open(WatchOptions.of(RANGE))) {
      assertThat(bad.tryNext()).isEmpty();
      assertThat(good.tryNext()).isEmpty();
      CountDownLatch ready = new CountDownLatch(1);
      bad.onReady(() -> {
        throw new IllegalStateException("a reader's mistake");
      });
      good.onReady(ready::countDown);
      put(store, "k", 0, 1);
      assertThat(ready.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(drain(good)).isEqualTo(range(2, 3));
    }
  }

  @Test
  void aClosedStoreSignalsItsWatchesBeforeCloseReturns() {
    Store store = open();
    Watch watch = store.watches().open(WatchOptions.of(RANGE));
    assertThat(watch.tryNext()).isEmpty();
    List<String> signals = new ArrayList<>();
    watch.onReady(() -> signals.add("ready"));
    store.close();
    assertThat(signals).containsExactly("ready");
    assertThatThrownBy(watch::tryNext).isInstanceOf(HandleClosedException.class);
    assertThatThrownBy(watch::requestProgress).isInstanceOf(HandleClosedException.class);
  }
}
