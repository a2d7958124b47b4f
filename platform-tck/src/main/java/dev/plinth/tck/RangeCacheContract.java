package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.cache.CacheStatus;
import dev.plinth.spi.cache.CacheUpdate;
import dev.plinth.spi.cache.RangeCache;
import dev.plinth.spi.cache.RangeSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Ranges kept in memory: what they show, how they follow, and what they say when they cannot.
 *
 * @since 0.1
 */
public interface RangeCacheContract extends StoreFixture {

  private RangeCache synced(Store store, KeyRange range) throws InterruptedException {
    RangeCache cache = RangeCache.open(store, range);
    assertThat(cache.awaitSynced(patience())).isTrue();
    return cache;
  }

  private void awaitWatch(UnreliableStore store) {
    Await.of(this).until("the cache watches", () -> store.openWatches() == 1);
  }

  private static List<Entry> atRevision(Store store, RangeSnapshot snapshot) {
    return store.keyValues().read(Read.of(snapshot.range()).at(snapshot.revision())).entries();
  }

  /** It shows what was there, then what changed, and nothing of other ranges. */
  @Test
  @Verifies({"G24", "G26", "G28"})
  default void aCacheShowsTheRangeAndFollowsIt() throws InterruptedException {
    try (Store store = open()) {
      KeySpace keys = freshKeySpace();
      store.keyValues().put(keys.key("a", "1"), Bytes.utf8("before"));
      store.keyValues().put(keys.key("b", "1"), Bytes.utf8("other"));
      try (RangeCache cache = synced(store, keys.below("a"))) {
        assertThat(cache.snapshot().toList())
            .isEqualTo(store.keyValues().list(keys.below("a")).entries())
            .hasSize(1);
        Revision put = store.keyValues().put(keys.key("a", "2"), Bytes.utf8("new"));
        assertThat(cache.awaitRevision(put, patience())).isTrue();
        assertThat(cache.get(keys.key("a", "2")).map(Entry::modified)).contains(put);
        RangeSnapshot older = cache.snapshot();
        store.keyValues().delete(keys.key("a", "1"));
        Revision deleted = store.keyValues().current();
        assertThat(cache.awaitRevision(deleted, patience())).isTrue();
        assertThat(cache.get(keys.key("a", "1"))).isEmpty();
        assertThat(older.get(keys.key("a", "1"))).isPresent();
        assertThat(older.revision()).isLessThan(cache.snapshot().revision());
        assertThat(cache.status().state()).isEqualTo(CacheStatus.State.SYNCED);
        assertThat(cache.status().entries()).isEqualTo(1);
        assertThat(cache.status().relists()).isZero();
        assertThat(cache.range()).isEqualTo(keys.below("a"));
      }
    }
  }

  /** Waiting for a revision is answered also when nothing of the range changed. */
  @Test
  @Verifies({"G29", "G35"})
  default void aRevisionOfOtherKeysIsSeenToo() throws InterruptedException {
    try (Store store = open();
        RangeCache cache = synced(store, freshKeySpace().below())) {
      for (int i = 0; i < 10; i++) {
        Revision elsewhere = store.keyValues().put(freshKey(), Bytes.EMPTY);
        assertThat(cache.awaitRevision(elsewhere, patience())).isTrue();
        assertThat(cache.snapshot().revision()).isGreaterThanOrEqualTo(elsewhere);
      }
      Revision ahead = Revision.of(store.keyValues().current().value() + 1_000_000);
      assertThat(cache.awaitRevision(ahead, Duration.ZERO)).isFalse();
    }
  }

  /** Before the first listing there is nothing to read, which is not the same as empty. */
  @Test
  @Verifies("G38")
  default void whatWasNotListedDoesNotLookEmpty() throws InterruptedException {
    try (Store store = open()) {
      UnreliableStore unreliable = new UnreliableStore(store);
      unreliable.cut();
      KeySpace keys = freshKeySpace();
      store.keyValues().put(keys.key("k"), Bytes.utf8("v"));
      try (RangeCache cache = RangeCache.open(unreliable, keys.below())) {
        assertThat(cache.awaitSynced(Duration.ofMillis(1))).isFalse();
        assertThatThrownBy(cache::snapshot).isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> cache.get(keys.key("k")))
            .isInstanceOf(StoreUnavailableException.class);
        assertThatThrownBy(() -> cache.changesSince(Revision.ZERO))
            .isInstanceOf(StoreUnavailableException.class);
        Await.of(this).until("the trouble shows", () -> cache.status().cause().isPresent());
        assertThat(cache.status().state()).isEqualTo(CacheStatus.State.SYNCING);
        unreliable.mend();
        Await.of(this)
            .advancing(
                "it is listed",
                this,
                store,
                Duration.ofMillis(200),
                () -> cache.status().state() == CacheStatus.State.SYNCED);
        assertThat(cache.get(keys.key("k"))).isPresent();
      }
    }
  }

  /** A reader gets every change once and in order, each with the version before. */
  @Test
  @Verifies({"G24", "G25", "G26", "G32"})
  default void aReaderGetsEveryChangeOnceAndInOrder() throws InterruptedException {
    try (Store store = open()) {
      KeySpace keys = freshKeySpace();
      store.keyValues().put(keys.key("k"), Bytes.utf8("0"));
      try (RangeCache cache = synced(store, keys.below())) {
        CacheUpdate first = cache.awaitChanges(Revision.ZERO);
        assertThat(first.resync()).isTrue();
        assertThat(first.changes()).isEmpty();
        assertThat(first.snapshot().size()).isEqualTo(1);
        assertThat(cache.changesSince(first.revision())).isEmpty();
        for (int i = 1; i <= 200; i++) {
          store.keyValues().put(keys.key("k"), Bytes.utf8("" + i));
        }
        store.keyValues().delete(keys.key("k"));
        Revision seen = first.revision();
        int expected = 0;
        while (expected <= 200) {
          CacheUpdate update = cache.awaitChanges(seen, patience()).orElseThrow();
          assertThat(update.resync()).isFalse();
          for (Change change : update.changes()) {
            assertThat(change.revision()).isGreaterThan(seen);
            assertThat(change.previous().map(Entry::value)).contains(Bytes.utf8("" + expected));
            expected++;
            if (expected <= 200) {
              assertThat(change.entry().value()).isEqualTo(Bytes.utf8("" + expected));
            } else {
              assertThat(change.kind()).isEqualTo(Change.Kind.DELETE);
            }
          }
          seen = update.revision();
        }
        assertThat(cache.changesSince(seen)).isEmpty();
        assertThat(cache.awaitChanges(seen, Duration.ZERO)).isEmpty();
        assertThat(cache.snapshot().isEmpty()).isTrue();
      }
    }
  }

  /** Any snapshot, taken whenever, is exactly what the store held at its revision. */
  @Test
  @Verifies({"G9", "G26", "G27"})
  default void snapshotsAreExactWhileOthersWrite() throws InterruptedException {
    long seed = 4711;
    try (Store store = open()) {
      KeySpace keys = freshKeySpace();
      AtomicBoolean done = new AtomicBoolean();
      try (RangeCache cache = synced(store, keys.below())) {
        Future<Integer> reader =
            Concurrently.start(() -> {
              int compared = 0;
              Revision last = Revision.ZERO;
              while (!done.get() || compared < 20) {
                RangeSnapshot snapshot = cache.snapshot();
                assertThat(snapshot.revision()).isGreaterThanOrEqualTo(last);
                last = snapshot.revision();
                assertThat(snapshot.toList()).isEqualTo(atRevision(store, snapshot));
                compared++;
              }
              return compared;
            });
        Random random = new Random(seed);
        Revision last = Revision.ZERO;
        for (int i = 0; i < 600; i++) {
          last =
              store
                  .keyValues()
                  .commit(
                      Transaction.of(
                          Put.of(keys.key("a" + random.nextInt(50)), Bytes.utf8("" + i)),
                          Put.of(keys.key("b" + random.nextInt(50)), Bytes.utf8("" + i)),
                          Delete.of(keys.key("c" + random.nextInt(50))),
                          Put.of(keys.key("d" + random.nextInt(50)), Bytes.utf8("" + i))))
                  .revision();
        }
        assertThat(cache.awaitRevision(last, patience())).isTrue();
        done.set(true);
        assertThat(Concurrently.result(reader, patience())).as("seed %s", seed).isPositive();
        assertThat(cache.snapshot().toList())
            .isEqualTo(store.keyValues().list(keys.below()).entries());
      }
    }
  }

  /** Applying the changes to what one knew gives what the cache shows. */
  @Test
  @Verifies({"G25", "G26", "G28"})
  default void changesLeadFromOneSnapshotToTheNext() throws InterruptedException {
    long seed = 815;
    Random random = new Random(seed);
    try (Store store = open()) {
      KeySpace keys = freshKeySpace();
      try (RangeCache cache = synced(store, keys.below())) {
        TreeMap<Key, Entry> mirror = new TreeMap<>();
        Revision seen = Revision.ZERO;
        for (int round = 0; round < 50; round++) {
          Revision last = seen;
          for (int i = random.nextInt(20); i >= 0; i--) {
            Key key = keys.key("k" + random.nextInt(15));
            last =
                random.nextInt(3) == 0
                    ? store.keyValues().commit(Transaction.of(Delete.of(key))).revision()
                    : store.keyValues().put(key, Bytes.utf8("" + i));
          }
          assertThat(cache.awaitRevision(last, patience())).isTrue();
          Optional<CacheUpdate> update = cache.changesSince(seen);
          if (update.isPresent()) {
            if (update.get().resync()) {
              mirror.clear();
              update.get().snapshot().forEach(entry -> mirror.put(entry.key(), entry));
            }
            update.get().changes().forEach(change -> apply(mirror, change));
            seen = update.get().revision();
            assertThat(update.get().snapshot().toList())
                .as("seed %s round %s", seed, round)
                .isEqualTo(List.copyOf(mirror.values()));
          }
        }
      }
    }
  }

  private static void apply(Map<Key, Entry> mirror, Change change) {
    if (change.kind() == Change.Kind.PUT) {
      mirror.put(change.key(), change.entry());
    } else {
      mirror.remove(change.key());
    }
  }

  /** Lost history is listed anew, and readers are told to start over. */
  @Test
  @Verifies({"G26", "G30"})
  default void afterLostHistoryItListsAnewAndSaysSo() throws InterruptedException {
    try (Store store = open()) {
      UnreliableStore unreliable = new UnreliableStore(store);
      KeySpace keys = freshKeySpace();
      store.keyValues().put(keys.key("a"), Bytes.utf8("1"));
      try (RangeCache cache = synced(unreliable, keys.below())) {
        Revision seen = cache.awaitChanges(Revision.ZERO).revision();
        awaitWatch(unreliable);
        unreliable.cut();
        unreliable.breakWatches(new HistoryLostException(seen));
        Await.of(this)
            .until("it is stale", () -> cache.status().state() == CacheStatus.State.STALE);
        assertThat(cache.status().cause()).isPresent();
        assertThat(cache.get(keys.key("a"))).as("the last snapshot stays").isPresent();
        store.keyValues().delete(keys.key("a"));
        Revision put = store.keyValues().put(keys.key("b"), Bytes.utf8("2"));
        unreliable.mend();
        Await.of(this)
            .advancing(
                "it is synced again",
                this,
                store,
                Duration.ofMillis(200),
                () -> cache.status().state() == CacheStatus.State.SYNCED);
        CacheUpdate update = cache.awaitChanges(seen, patience()).orElseThrow();
        assertThat(update.resync()).isTrue();
        assertThat(update.revision()).isGreaterThanOrEqualTo(put);
        assertThat(update.snapshot().toList())
            .extracting(Entry::key)
            .containsExactly(keys.key("b"));
        assertThat(cache.status().relists()).isEqualTo(1);
        assertThat(cache.status().cause()).isEmpty();
      }
    }
  }

  /** A watch that broke without loss of history goes on without listing, and nothing is missed. */
  @Test
  @Verifies({"G26", "G28"})
  default void afterABrokenWatchItGoesOnWhereItWas() throws InterruptedException {
    try (Store store = open()) {
      UnreliableStore unreliable = new UnreliableStore(store);
      KeySpace keys = freshKeySpace();
      try (RangeCache cache = synced(unreliable, keys.below())) {
        Revision seen = cache.snapshot().revision();
        awaitWatch(unreliable);
        unreliable.breakWatches(new StoreUnavailableException("the connection is cut"));
        store.keyValues().put(keys.key("a"), Bytes.utf8("1"));
        Revision last = store.keyValues().put(keys.key("b"), Bytes.utf8("2"));
        Await.of(this)
            .advancing(
                "it has caught up",
                this,
                store,
                Duration.ofMillis(100),
                () -> cache.snapshot().revision().compareTo(last) >= 0);
        CacheUpdate update = cache.changesSince(seen).orElseThrow();
        assertThat(update.resync()).isFalse();
        assertThat(update.changes())
            .extracting(Change::key)
            .containsExactly(keys.key("a"), keys.key("b"));
        assertThat(cache.status().relists()).isZero();
      }
    }
  }

  /** A reader that stands still delays nobody, and finds a resync when it was too far behind. */
  @Test
  @Verifies({"G36", "G41"})
  default void aReaderFarBehindStartsOver() throws InterruptedException {
    try (Store store = open()) {
      KeySpace keys = freshKeySpace();
      try (RangeCache cache = synced(store, keys.below())) {
        Revision behind = cache.snapshot().revision();
        int operations = Math.min(100, store.limits().operations());
        Revision last = behind;
        for (int written = 0; written <= 10_000; written += operations) {
          Transaction transaction = Transaction.of();
          for (int i = 0; i < operations; i++) {
            transaction = transaction.then(Put.of(keys.key("k" + i), Bytes.utf8("" + written)));
          }
          last = store.keyValues().commit(transaction).revision();
        }
        assertThat(cache.awaitRevision(last, patience())).isTrue();
        CacheUpdate update = cache.changesSince(behind).orElseThrow();
        assertThat(update.resync()).isTrue();
        assertThat(update.snapshot().toList())
            .isEqualTo(store.keyValues().list(keys.below()).entries());
        Revision next = store.keyValues().put(keys.key("one"), Bytes.EMPTY);
        assertThat(cache.awaitRevision(next, patience())).isTrue();
        assertThat(cache.changesSince(update.revision()).orElseThrow().changes()).hasSize(1);
      }
    }
  }

  /** More entries than one answer carries are listed at one revision. */
  @Test
  @Verifies({"G9", "G10"})
  default void aLargeRangeIsListedAtOneRevision() throws InterruptedException {
    try (Store store = open()) {
      KeySpace keys = freshKeySpace();
      int operations = Math.min(100, store.limits().operations());
      int count = 0;
      while (count < 11_000) {
        Transaction transaction = Transaction.of();
        for (int i = 0; i < operations; i++) {
          transaction =
              transaction.then(Put.of(keys.key(KeySpace.ordered(count++)), Bytes.utf8("v")));
        }
        store.keyValues().commit(transaction);
      }
      try (RangeCache cache = synced(store, keys.below())) {
        RangeSnapshot snapshot = cache.snapshot();
        assertThat(snapshot.size()).isEqualTo(count);
        assertThat(snapshot.toList()).isEqualTo(atRevision(store, snapshot));
        assertThat(
                snapshot.within(
                    KeyRange.between(
                        keys.key(KeySpace.ordered(4_998)), keys.key(KeySpace.ordered(5_003)))))
            .hasSize(5);
      }
    }
  }

  /** Closing wakes whoever waits; a closed cache says that it is. */
  @Test
  @Verifies("G42")
  default void closingWakesWhoeverWaits() throws InterruptedException {
    try (Store store = open()) {
      RangeCache cache = synced(store, freshKeySpace().below());
      Revision seen = cache.snapshot().revision();
      Future<CacheUpdate> changes = Concurrently.start(() -> cache.awaitChanges(seen));
      Future<Boolean> revision =
          Concurrently.start(
              () -> cache.awaitRevision(Revision.of(Long.MAX_VALUE / 2), patience()));
      cache.close();
      cache.close();
      assertThatThrownBy(() -> Concurrently.result(changes, patience()))
          .isInstanceOf(HandleClosedException.class);
      assertThatThrownBy(() -> Concurrently.result(revision, patience()))
          .isInstanceOf(HandleClosedException.class);
      assertThatThrownBy(cache::snapshot).isInstanceOf(HandleClosedException.class);
      assertThat(cache.status().state()).isEqualTo(CacheStatus.State.FAILED);
    }
  }

  /** What can never be current again is not shown any more. */
  @Test
  @Verifies({"G40", "G42"})
  default void aCacheOfAnotherOrClosedStoreIsOver() throws InterruptedException {
    Store store = open();
    UnreliableStore unreliable = new UnreliableStore(store);
    try (RangeCache replaced = synced(unreliable, freshKeySpace().below());
        RangeCache closed = synced(store, freshKeySpace().below());
        RangeCache refused =
            RangeCache.open(store, KeyRange.between(Key.utf8("b"), Key.utf8("a")))) {
      awaitWatch(unreliable);
      unreliable.breakWatches(new IncarnationLostException("the store is another one"));
      Await.of(this).until("it is over", () -> isOver(replaced));
      assertThatThrownBy(replaced::snapshot).isInstanceOf(IncarnationLostException.class);
      Await.of(this).until("it is over", () -> isOver(refused));
      assertThatThrownBy(refused::snapshot).isInstanceOf(RequestRefusedException.class);
      store.close();
      Await.of(this).until("it is over", () -> isOver(closed));
      assertThatThrownBy(closed::snapshot).isInstanceOf(HandleClosedException.class);
    }
  }

  private static boolean isOver(RangeCache cache) {
    return cache.status().state() == CacheStatus.State.FAILED;
  }
}
