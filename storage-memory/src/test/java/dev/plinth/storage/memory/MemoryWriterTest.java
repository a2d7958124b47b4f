package dev.plinth.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Put;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MemoryWriterTest {
  private static final int THREADS = 8;

  private static <T> List<T> together(int threads, Callable<T> work)
      throws InterruptedException, ExecutionException {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        futures.add(executor.submit(work));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    }
  }

  @Test
  void contendingWritersGetConsecutiveRevisionsAndLoseNothing()
      throws InterruptedException, ExecutionException {
    int each = 3_000;
    try (StoreRuntime runtime = StoreRuntime.system();
        Store store = new MemoryStoreProvider().open(Settings.empty(), runtime);
        Watch watch = store.watches().open(WatchOptions.of(KeyRange.all()))) {
      AtomicInteger names = new AtomicInteger();
      List<List<Revision>> revisions =
          together(
              THREADS,
              () -> {
                int name = names.incrementAndGet();
                List<Revision> mine = new ArrayList<>();
                for (int i = 0; i < each; i++) {
                  Key key = Key.utf8(name + "/" + i % 100);
                  Revision revision = store.keyValues().put(key, Bytes.utf8("v" + i));
                  assertThat(store.keyValues().get(key).map(Entry::modified)).hasValue(revision);
                  mine.add(revision);
                }
                return mine;
              });
      assertThat(revisions).allSatisfy(mine -> assertThat(mine).isSorted());
      assertThat(revisions.stream().flatMap(List::stream).map(Revision::value).sorted().toList())
          .containsExactlyElementsOf(
              LongStream.range(2, 2 + (long) THREADS * each).boxed().toList());
      long seen = 1;
      while (seen < 1 + (long) THREADS * each) {
        WatchBatch batch = watch.next();
        for (Change change : batch.changes()) {
          assertThat(change.revision().value()).isEqualTo(++seen);
        }
      }
    }
  }

  @Test
  void aRefusedRequestDoesNotDisturbThoseCombinedWithIt()
      throws InterruptedException, ExecutionException {
    try (StoreRuntime runtime = StoreRuntime.system();
        Store store = new MemoryStoreProvider().open(Settings.empty(), runtime)) {
      Key counter = Key.utf8("counter");
      AtomicInteger won = new AtomicInteger();
      List<Integer> refused =
          together(
              THREADS,
              () -> {
                int failures = 0;
                for (int i = 0; i < 1_000; i++) {
                  try {
                    store.keyValues().commit(Transaction.of(Put.keepingValue(Key.utf8("missing"))));
                  } catch (RequestRefusedException missing) {
                    failures++;
                  }
                  Transaction increment =
                      store
                          .keyValues()
                          .get(counter)
                          .map(entry ->
                              Transaction.when(Condition.unchanged(entry))
                                  .then(Put.of(counter, Bytes.utf8("x"))))
                          .orElseGet(() ->
                              Transaction.when(Condition.absent(counter))
                                  .then(Put.of(counter, Bytes.utf8("x"))));
                  if (store.keyValues().commit(increment).conditionsHeld()) {
                    won.incrementAndGet();
                  }
                }
                return failures;
              });
      assertThat(refused).containsOnly(1_000);
      assertThat(store.keyValues().get(counter).map(Entry::version)).hasValue(won.longValue());
      assertThat(store.keyValues().current()).isEqualTo(Revision.of(1 + won.get()));
    }
  }

  /** Fails on every edit, as an error in the state machine or the lack of memory would. */
  private static final class Broken extends MemoryRequest<Revision> {
    @Override
    Revision apply(KeyspaceEdit edit) {
      Revision unused = edit.put(Key.utf8("broken"), Bytes.EMPTY);
      throw new IllegalStateException("broken");
    }
  }

  @Test
  void aRequestThatBreaksLeavesNoTraceAndHarmsNobodyElse()
      throws InterruptedException, ExecutionException {
    try (StoreRuntime runtime = StoreRuntime.system()) {
      MemoryLeaseClocks clocks = new MemoryLeaseClocks(runtime);
      MemoryWriter writer =
          new MemoryWriter(clocks, new MemoryWatchIndex(), new MemoryHistoryLimit(0, 0));
      AtomicInteger names = new AtomicInteger();
      List<Integer> done =
          together(
              THREADS,
              () -> {
                Key key = Key.utf8("k" + names.incrementAndGet());
                for (int i = 0; i < 500; i++) {
                  assertThatThrownBy(() -> writer.run(new Broken())).hasMessage("broken");
                  Revision put =
                      writer.run(
                          new MemoryRequest<Revision>() {
                            @Override
                            Revision apply(KeyspaceEdit edit) {
                              return edit.put(key, Bytes.EMPTY);
                            }
                          });
                  assertThat(put.value()).isPositive();
                }
                return 500;
              });
      assertThat(done).hasSize(THREADS);
      assertThat(writer.current().revision()).isEqualTo(Revision.of(1 + THREADS * 500));
      assertThat(writer.current().get(Key.utf8("broken"))).isNull();
    }
  }

  @Test
  void anInterruptedWriterFinishesAndStaysInterrupted() {
    try (StoreRuntime runtime = StoreRuntime.system();
        Store store = new MemoryStoreProvider().open(Settings.empty(), runtime)) {
      Thread.currentThread().interrupt();
      Revision revision = store.keyValues().put(Key.utf8("a"), Bytes.EMPTY);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(revision).isEqualTo(Revision.of(2));
    }
  }

  @Test
  void writersAndWatchersThatMeetACloseAllEnd() throws InterruptedException {
    for (int round = 0; round < 50; round++) {
      try (StoreRuntime runtime = StoreRuntime.system()) {
        Store store = new MemoryStoreProvider().open(Settings.empty(), runtime);
        List<Thread> threads = new ArrayList<>();
        Queue<Throwable> failed = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < THREADS; i++) {
          Key key = Key.utf8("k" + i);
          threads.add(
              Thread.ofVirtual()
                  .uncaughtExceptionHandler((thread, thrown) -> failed.add(thrown))
                  .start(() -> {
                    try {
                      while (true) {
                        Watch watch = store.watches().open(WatchOptions.of(KeyRange.all()));
                        Revision unused = store.keyValues().put(key, Bytes.EMPTY);
                        assertThat(watch.next().changes()).isNotEmpty();
                      }
                    } catch (HandleClosedException closed) {
                      // As it should be.
                    } catch (InterruptedException stopped) {
                      Thread.currentThread().interrupt();
                    }
                  }));
        }
        store.close();
        for (Thread thread : threads) {
          assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
        }
        assertThat(failed).isEmpty();
        assertThatThrownBy(store::status).isInstanceOf(HandleClosedException.class);
      }
    }
  }
}
