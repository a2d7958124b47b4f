package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Put;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Watches as handles: ending, progress, slow readers; cases 104 to 109, 111 and 117 to 119.
 *
 * @since 0.1
 */
public interface WatchHandleContract extends StoreFixture {
  /** After a watch was closed nothing is delivered, and closing it again is fine. */
  @Test
  @Case({104, 105})
  @Verifies({"G34", "G42"})
  default void aClosedWatchDeliversNothing() {
    try (Store store = open()) {
      Key key = freshKey();
      for (int i = 0; i < 100; i++) {
        Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)));
        if (i % 2 == 0) {
          store.keyValues().put(key, Bytes.EMPTY);
        }
        watch.close();
        store.keyValues().put(key, Bytes.EMPTY);
        watch.close();
        for (int again = 0; again < 2; again++) {
          assertThatExceptionOfType(HandleClosedException.class).isThrownBy(watch::tryNext);
          assertThatExceptionOfType(HandleClosedException.class).isThrownBy(watch::next);
          assertThatExceptionOfType(HandleClosedException.class)
              .isThrownBy(() -> watch.poll(Duration.ofMillis(1)));
          assertThatExceptionOfType(HandleClosedException.class).isThrownBy(watch::requestProgress);
        }
      }
    }
  }

  /** Closing a watch wakes its reader, also when the signal of the watch closes it. */
  @Test
  @Case(104)
  @Verifies({"G34", "G42"})
  default void closingAWatchWakesItsReader() {
    try (Store store = open()) {
      Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(freshKey())));
      Future<Throwable> reader = Concurrently.start(() -> catchThrowable(watch::next));
      Await.of(this)
          .until(
              "the watch is closed under its reader",
              () -> {
                watch.close();
                return reader.isDone();
              });
      assertThat(Concurrently.result(reader, patience())).isInstanceOf(HandleClosedException.class);

      Key key = freshKey();
      Watch signalled = store.watches().open(WatchOptions.of(KeyRange.single(key)));
      CountDownLatch closed = new CountDownLatch(1);
      signalled.onReady(() -> {
        signalled.close();
        closed.countDown();
      });
      store.keyValues().put(key, Bytes.EMPTY);
      Await.of(this).until("the signal has closed the watch", () -> closed.getCount() == 0);
      assertThatExceptionOfType(HandleClosedException.class).isThrownBy(signalled::tryNext);
    }
  }

  /** A watch says when it is worth asking. */
  @Test
  @Case(94)
  @Verifies({"G35", "G41"})
  default void aWatchSaysWhenItIsWorthAsking() {
    try (Store store = open()) {
      Key key = freshKey();
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
        assertThat(watch.tryNext()).isEmpty();
        AtomicInteger signals = new AtomicInteger();
        Thread test = Thread.currentThread();
        AtomicBoolean onTestThread = new AtomicBoolean();
        watch.onReady(() -> {
          onTestThread.compareAndSet(false, Thread.currentThread().equals(test));
          signals.incrementAndGet();
        });
        for (int i = 0; i < 20; i++) {
          int before = signals.get();
          store.keyValues().put(key, Bytes.utf8("" + i));
          Await.of(this).until("a signal", () -> signals.get() > before);
          WatchBatch batch = Await.of(this).value("a change", watch::tryNext);
          assertThat(batch.changes().getFirst().entry().value()).isEqualTo(Bytes.utf8("" + i));
          assertThat(watch.tryNext()).isEmpty();
        }
        store.keyValues().put(key, Bytes.EMPTY);
        AtomicInteger late = new AtomicInteger();
        watch.onReady(late::incrementAndGet);
        Await.of(this).until("a signal for what is there already", () -> late.get() > 0);
      }
    }
  }

  /** An idle watch gives a progress mark on request: the present revision. */
  @Test
  @Case(106)
  @Verifies({"G29", "G35"})
  default void anIdleWatchGivesAProgressMark() {
    try (Store store = open()) {
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(freshKey())))) {
        Deliveries deliveries = Deliveries.of(watch, this);
        Revision last = Revision.ZERO;
        for (int i = 0; i < 3; i++) {
          Revision current = store.keyValues().put(freshKey(), Bytes.EMPTY);
          watch.requestProgress();
          Revision mark = deliveries.nextProgress();
          assertThat(mark).isGreaterThanOrEqualTo(current).isGreaterThan(last);
          last = mark;
        }
      }
    }
  }

  /** A progress mark comes after everything up to its revision. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES) // so many writes, where each waits for a disk
  @Case(107)
  @Verifies({"G29", "G36"})
  default void aProgressMarkComesAfterWhatIsPending(CaseRecord record) {
    int pending = 10_000;
    try (Store store = open()) {
      Key key = freshKey();
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
        for (int i = 0; i < pending; i++) {
          store.keyValues().put(key, Bytes.utf8("" + i));
        }
        Revision last = store.keyValues().current();
        watch.requestProgress();
        Deliveries deliveries = Deliveries.of(watch, this);
        int delivered = 0;
        WatchBatch batch = deliveries.next();
        while (!batch.isProgress()) {
          delivered += batch.changes().size();
          batch = deliveries.next();
        }
        if (delivered < pending && knownDefects().contains(KnownDefect.PROGRESS_AHEAD_OF_CHANGES)) {
          record.knownDefect(KnownDefect.PROGRESS_AHEAD_OF_CHANGES.text());
          assertThat(deliveries.end()).isInstanceOf(HistoryLostException.class);
          return;
        }
        assertThat(batch.revision()).isGreaterThanOrEqualTo(last);
        assertThat(delivered).isEqualTo(pending);
      }
    }
  }

  /** An idle watch that asked for it gives marks by itself, which rise while others write. */
  @Test
  @Case(108)
  @Verifies("G29")
  default void anIdleWatchGivesMarksByItself() {
    try (Store store = open()) {
      Duration interval = Duration.ofSeconds(1);
      WatchOptions options =
          WatchOptions.of(KeyRange.single(freshKey())).withProgressEvery(interval);
      try (Watch watch = store.watches().open(options)) {
        Deliveries deliveries = Deliveries.of(watch, this);
        Revision last = Revision.ZERO;
        for (int i = 0; i < 3; i++) {
          Revision current = store.keyValues().put(freshKey(), Bytes.EMPTY);
          advance(store, interval.plus(tolerance()));
          Revision mark = deliveries.nextProgress();
          while (mark.compareTo(current) < 0) {
            mark = deliveries.nextProgress();
          }
          assertThat(mark).isGreaterThan(last);
          last = mark;
        }
      }
    }
  }

  /** A watch continues behind a progress mark without loss and without repetition. */
  @Test
  @Case(109)
  @Verifies({"G25", "G26", "G28", "G29"})
  default void aWatchContinuesBehindAProgressMark() {
    try (Store store = open()) {
      Key key = freshKey();
      WatchOptions options = WatchOptions.of(KeyRange.single(key));
      List<String> seen = new ArrayList<>();
      Revision mark;
      try (Watch watch = store.watches().open(options)) {
        store.keyValues().put(key, Bytes.utf8("1"));
        Deliveries deliveries = Deliveries.of(watch, this);
        deliveries.nextChanges().changes().forEach(c -> seen.add(c.entry().value().utf8()));
        Revision unused = store.keyValues().put(freshKey(), Bytes.EMPTY);
        watch.requestProgress();
        mark = deliveries.nextProgress();
      }
      store.keyValues().put(key, Bytes.utf8("2"));
      Revision last = store.keyValues().put(key, Bytes.utf8("3"));
      try (Watch watch = store.watches().open(options.from(mark.next()))) {
        Deliveries.of(watch, this)
            .changesUntil(last)
            .forEach(change -> seen.add(change.entry().value().utf8()));
      }
      assertThat(seen).containsExactly("1", "2", "3");
    }
  }

  /** A reader that does not pull delays nobody: no other watch, no call, no lease. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES) // so many writes, where each waits for a disk
  @Case(111)
  @Verifies({"G35", "G36", "G41"})
  default void aReaderThatDoesNotPullDelaysNobody() {
    int puts = 5000;
    try (Store store = open();
        Session session = Session.open(store, ttl(), SessionPolicy.END)) {
      Key key = freshKey();
      try (Watch stalled = store.watches().open(WatchOptions.of(KeyRange.single(key)));
          Watch reading = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
        Future<List<Change>> reader =
            Concurrently.start(() -> Deliveries.of(reading, this).changes(puts));
        for (int i = 0; i < puts; i++) {
          store.keyValues().put(key, Bytes.utf8("" + i));
        }
        assertThat(Concurrently.result(reader, patience())).hasSize(puts);
        for (int i = 0; i < 6; i++) {
          advance(store, session.ttl().dividedBy(3));
        }
        assertThat(session.isHeld()).isTrue();
        assertThat(store.keyValues().get(key).orElseThrow().version()).isEqualTo(puts);
        assertThat(Deliveries.of(stalled, this).changes(puts))
            .extracting(change -> change.entry().version())
            .isEqualTo(IntStream.rangeClosed(1, puts).mapToObj(Long::valueOf).toList());
      }
    }
  }

  /** A thousand watches cost no thread each, and leave nothing behind. */
  @Test
  @Case(117)
  @Verifies("G42")
  default void aThousandWatchesLeaveNothingBehind() {
    int count = 1000;
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      int threadsBefore = Thread.getAllStackTraces().size();
      List<Watch> watches = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        watches.add(store.watches().open(WatchOptions.of(space.below("" + i))));
      }
      store.keyValues().put(space.key("7", "x"), Bytes.EMPTY);
      assertThat(Deliveries.of(watches.get(7), this).nextChanges().changes()).hasSize(1);
      assertThat(watches.get(8).tryNext()).isEmpty();
      // Tests beside this one have threads, too, and hundreds of them where they start servers.
      Await.of(this)
          .until(
              "a thousand watches have not a thread each",
              () -> Thread.getAllStackTraces().size() - threadsBefore < count / 2);

      List<WeakReference<Watch>> closed = new ArrayList<>();
      for (Watch watch : watches) {
        watch.close();
        closed.add(new WeakReference<>(watch));
      }
      watches.clear();
      Await.of(this)
          .until(
              "closed watches are forgotten",
              () -> {
                System.gc();
                return closed.stream().filter(watch -> watch.get() != null).count() <= 1;
              });
    }
  }

  /** A change that is as large as a request may be is delivered whole. */
  @Test
  @Case(118)
  @Verifies({"G13", "G27"})
  default void aChangeAsLargeAsARequestIsDeliveredWhole() {
    try (Store store = open()) {
      Key key = freshKey();
      long overhead = RequestRules.sizeOf(Transaction.of(Put.of(key, Bytes.EMPTY)));
      byte[] content = new byte[Math.toIntExact(store.limits().requestBytes() - overhead)];
      new Random(118).nextBytes(content);
      Bytes value = Bytes.of(content);
      WatchOptions options = WatchOptions.of(KeyRange.single(key)).withPreviousValues();
      try (Watch watch = store.watches().open(options)) {
        store.keyValues().put(key, value);
        store.keyValues().put(key, value);
        store.keyValues().delete(key);
        Revision last = store.keyValues().current();

        List<Change> changes = Deliveries.of(watch, this).drain(last);
        assertThat(changes).hasSize(3);
        assertThat(changes.get(1).entry().value()).isEqualTo(value);
        assertThat(changes.get(1).previous().orElseThrow().value()).isEqualTo(value);
        assertThat(changes.get(2).previous().orElseThrow().value()).isEqualTo(value);
      }
    }
  }

  /** When the store is closed every watch ends once and for all, and its reader learns of it. */
  @Test
  @Case(119)
  @Verifies({"G34", "G42"})
  default void closingTheStoreEndsEveryWatch() {
    Store store = open();
    List<Watch> watches = new ArrayList<>();
    List<Future<Throwable>> readers = new ArrayList<>();
    AtomicInteger signals = new AtomicInteger();
    for (int i = 0; i < 10; i++) {
      Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(freshKey())));
      watches.add(watch);
      if (i < 5) {
        readers.add(Concurrently.start(() -> catchThrowable(watch::next)));
      } else {
        watch.onReady(signals::incrementAndGet);
      }
    }
    store.close();
    for (Future<Throwable> reader : readers) {
      assertThat(Concurrently.result(reader, patience())).isInstanceOf(HandleClosedException.class);
    }
    Await.of(this).until("the other readers are told", () -> signals.get() >= 5);
    int told = signals.get();
    for (Watch watch : watches) {
      for (int again = 0; again < 3; again++) {
        assertThatExceptionOfType(HandleClosedException.class).isThrownBy(watch::tryNext);
      }
      watch.close();
    }
    assertThat(signals.get()).isEqualTo(told);
  }
}
