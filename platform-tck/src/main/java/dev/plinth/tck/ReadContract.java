package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Reads of ranges, now and in the past: cases 25 to 40.
 *
 * @since 0.1
 */
public interface ReadContract extends StoreFixture {
  /** The end of a range does not belong to it. */
  @Test
  @Case(25)
  @Verifies("G10")
  default void theEndOfARangeDoesNotBelongToIt() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      putAll(store, space, "a", "b", "c");

      assertThat(keys(store, Read.of(KeyRange.between(space.key("a"), space.key("c")))))
          .containsExactly(space.key("a"), space.key("b"));
      assertThat(keys(store, Read.of(KeyRange.between(space.key("c"), space.key("a"))))).isEmpty();
      assertThat(keys(store, Read.of(KeyRange.between(space.key("b"), space.key("b"))))).isEmpty();
    }
  }

  /** A prefix ends where its last byte can still be raised. */
  @Test
  @Case(26)
  @Verifies("G10")
  default void aPrefixThatEndsInTheHighestByteFindsItsKeys() {
    try (Store store = openEmpty()) {
      Key prefix = Key.of((byte) 'a', (byte) 0xff);
      Key inside = Key.of((byte) 'a', (byte) 0xff, (byte) 0xff, (byte) 1);
      Key highest = Key.of((byte) 0xff, (byte) 0xff, (byte) 7);
      List<Key> others =
          List.of(Key.of((byte) 'a', (byte) 0xfe), Key.of((byte) 'b'), Key.of((byte) 0xff));
      for (Key key : List.of(prefix, inside, highest)) {
        store.keyValues().put(key, Bytes.EMPTY);
      }
      for (Key key : others) {
        store.keyValues().put(key, Bytes.EMPTY);
      }

      assertThat(keys(store, Read.of(KeyRange.prefix(prefix)))).containsExactly(prefix, inside);
      assertThat(keys(store, Read.of(KeyRange.prefix(Key.of((byte) 0xff, (byte) 0xff)))))
          .containsExactly(highest);
    }
  }

  /** A range without an end holds every key from its start on. */
  @Test
  @Case(27)
  @Verifies("G10")
  default void aRangeWithoutAnEndHoldsEverythingFromItsStart() {
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      putAll(store, space, "a", "b", "c");
      store.keyValues().put(Key.of((byte) 0xff), Bytes.EMPTY);

      assertThat(keys(store, Read.of(KeyRange.from(space.key("b")))))
          .containsExactly(space.key("b"), space.key("c"), Key.of((byte) 0xff));
      assertThat(store.keyValues().list(KeyRange.all()).count()).isEqualTo(4);
    }
  }

  /** A limit cuts, and the answer says that and how many there are. */
  @Test
  @Case({28, 29})
  @Verifies("G10")
  default void aLimitCutsAndSaysSo() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      putAll(store, space, "a", "b", "c");
      Read all = Read.of(space.below());

      Slice two = store.keyValues().read(all.limitedTo(2));
      assertThat(two.entries())
          .extracting(Entry::key)
          .containsExactly(space.key("a"), space.key("b"));
      assertThat(two.count()).isEqualTo(3);
      assertThat(two.more()).isTrue();
      for (long limit : new long[] {3, 4, 0}) {
        Slice slice = store.keyValues().read(all.limitedTo(limit));
        assertThat(slice.entries()).hasSize(3);
        assertThat(slice.count()).isEqualTo(3);
        assertThat(slice.more()).isFalse();
      }
    }
  }

  /** A read may leave out values, or everything but the count. */
  @Test
  @Case(30)
  @Verifies("G10")
  default void aReadMayLeaveOutValuesOrEntries() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      putAll(store, space, "a", "b");
      List<Entry> entries = store.keyValues().list(space.below()).entries();

      Slice counted = store.keyValues().read(Read.of(space.below()).countOnly());
      assertThat(counted.entries()).isEmpty();
      assertThat(counted.count()).isEqualTo(2);
      Slice keys = store.keyValues().read(Read.of(space.below()).keysOnly());
      assertThat(keys.entries())
          .isEqualTo(entries.stream().map(Entry::withoutValue).toList())
          .allMatch(entry -> entry.value().isEmpty());
      assertThat(keys.count()).isEqualTo(2);
    }
  }

  /** Entries are sorted by any of their parts, both ways, and cut afterwards. */
  @Test
  @Case({31, 32})
  @Verifies("G10")
  default void entriesAreSortedByAnyOfTheirPartsBeforeTheLimitCuts() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      putAll(store, space, "d", "a", "c", "b");
      store.keyValues().put(space.key("c"), Bytes.utf8("4"));
      store.keyValues().put(space.key("a"), Bytes.of((byte) 0xff));
      store.keyValues().put(space.key("c"), Bytes.utf8("1"));
      store.keyValues().put(space.key("b"), Bytes.utf8("2"));
      List<Entry> entries = store.keyValues().list(space.below()).entries();
      Map<Read.SortTarget, Comparator<Entry>> orders = new EnumMap<>(Read.SortTarget.class);
      orders.put(Read.SortTarget.KEY, Comparator.comparing(Entry::key));
      orders.put(Read.SortTarget.VERSION, Comparator.comparingLong(Entry::version));
      orders.put(Read.SortTarget.CREATED, Comparator.comparing(Entry::created));
      orders.put(Read.SortTarget.MODIFIED, Comparator.comparing(Entry::modified));
      orders.put(Read.SortTarget.VALUE, Comparator.comparing(Entry::value));

      orders.forEach((target, order) -> {
        Read read = Read.of(space.below());
        Slice up = store.keyValues().read(read.orderedBy(target, Read.Direction.ASCENDING));
        Slice down = store.keyValues().read(read.orderedBy(target, Read.Direction.DESCENDING));
        Slice cut =
            store.keyValues().read(read.orderedBy(target, Read.Direction.DESCENDING).limitedTo(2));
        assertThat(up.entries()).isEqualTo(entries.stream().sorted(order).toList());
        assertThat(down.entries()).isEqualTo(entries.stream().sorted(order.reversed()).toList());
        assertThat(cut.entries()).isEqualTo(down.entries().subList(0, 2));
        assertThat(cut.more()).isTrue();
        assertThat(cut.count()).isEqualTo(4);
      });
    }
  }

  /** Bounds on revisions hide entries, not from the count. */
  @Test
  @Case(33)
  @Verifies("G10")
  default void boundsOnRevisionsHideEntriesButNotFromTheCount() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      putAll(store, space, "a", "b", "c", "d");
      store.keyValues().put(space.key("a"), Bytes.utf8("later"));
      store.keyValues().put(space.key("c"), Bytes.utf8("later"));
      List<Entry> entries = store.keyValues().list(space.below()).entries();
      Revision createdB = entries.get(1).created();
      Revision createdC = entries.get(2).created();
      Revision modifiedA = entries.get(0).modified();
      Revision modifiedD = entries.get(3).modified();
      Revision none = Revision.ZERO;

      List<Read.Filter> filters =
          List.of(
              new Read.Filter(modifiedA, none, none, none),
              new Read.Filter(none, modifiedD, none, none),
              new Read.Filter(none, none, createdC, none),
              new Read.Filter(none, none, none, createdB),
              new Read.Filter(modifiedD, modifiedA, createdB, createdC));
      List<List<String>> shown =
          List.of(
              List.of("a", "c"),
              List.of("b", "d"),
              List.of("c", "d"),
              List.of("a", "b"),
              List.of());
      for (int i = 0; i < filters.size(); i++) {
        Slice slice = store.keyValues().read(Read.of(space.below()).filteredBy(filters.get(i)));
        assertThat(slice.entries())
            .extracting(Entry::key)
            .isEqualTo(shown.get(i).stream().map(space::key).toList());
        assertThat(slice.count()).isEqualTo(4);
      }
    }
  }

  /** The past is read as it was, while the answer says what is now. */
  @Test
  @Case({34, 35, 36})
  @Verifies("G9")
  default void thePastIsReadAsItWas() {
    try (Store store = open()) {
      Key key = freshKey();
      Revision before = store.keyValues().put(freshKey(), Bytes.EMPTY);
      store.keyValues().put(key, Bytes.utf8("first"));
      Entry first = store.keyValues().get(key).orElseThrow();
      Revision second = store.keyValues().put(key, Bytes.utf8("second"));
      Entry changed = store.keyValues().get(key).orElseThrow();
      Revision deleted = store.keyValues().commit(Transaction.of(Delete.of(key))).revision();
      store.keyValues().put(key, Bytes.utf8("third"));
      Revision now = store.keyValues().put(freshKey(), Bytes.EMPTY);

      for (int i = 0; i < 2; i++) {
        assertThat(at(store, key, before)).isEmpty();
        assertThat(at(store, key, first.modified())).containsExactly(first);
        assertThat(at(store, key, second)).containsExactly(changed);
        assertThat(at(store, key, deleted)).isEmpty();
      }
      assertThat(store.keyValues().read(Read.of(key).at(second)).revision())
          .isGreaterThanOrEqualTo(now);
    }
  }

  private static List<Entry> at(Store store, Key key, Revision revision) {
    return store.keyValues().read(Read.of(key).at(revision)).entries();
  }

  /** The future cannot be read. */
  @Test
  @Case(37)
  @Verifies({"G9", "G38"})
  default void theFutureCannotBeRead() {
    try (Store store = openEmpty()) {
      Revision now = store.keyValues().put(freshKey(), Bytes.EMPTY);

      assertThatExceptionOfType(RequestRefusedException.class)
          .isThrownBy(() -> store.keyValues().read(Read.of(freshKey()).at(now.next())))
          .returns(Reason.FUTURE_REVISION, RequestRefusedException::reason);
    }
  }

  /** Zero and less mean now and no limit. */
  @Test
  @Case(38)
  @Verifies({"G9", "G10"})
  default void zeroAndLessMeanNowAndNoLimit() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      putAll(store, space, "a", "b", "c");
      List<Entry> entries = store.keyValues().list(space.below()).entries();

      for (long number : new long[] {0, -1, Long.MIN_VALUE}) {
        Read read = Read.of(space.below()).at(Revision.of(number)).limitedTo(number);
        assertThat(store.keyValues().read(read).entries()).isEqualTo(entries);
        assertThat(store.keyValues().read(read).more()).isFalse();
      }
    }
  }

  /** A serialisable read shows one state, and never an older one to the same client. */
  @Test
  @Case(39)
  @Verifies("G7")
  default void aSerialisableReadShowsOneStateAndNeverAnOlderOne() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      AtomicBoolean done = new AtomicBoolean();
      Future<Boolean> writer =
          Concurrently.start(() -> {
            for (int i = 0; i < 300; i++) {
              Bytes value = Bytes.utf8("" + i);
              store
                  .keyValues()
                  .commit(
                      Transaction.of(Put.of(space.key("a"), value), Put.of(space.key("b"), value)));
            }
            done.set(true);
            return true;
          });
      Revision last = Revision.ZERO;
      long lastVersion = 0;
      boolean finished;
      do {
        finished = done.get();
        Slice slice = store.keyValues().read(Read.of(space.below()).serializable());
        assertThat(slice.revision()).isGreaterThanOrEqualTo(last);
        last = slice.revision();
        assertThat(slice.entries()).extracting(Entry::value).hasSizeLessThanOrEqualTo(2);
        if (!slice.entries().isEmpty()) {
          Entry a = slice.entries().get(0);
          Entry b = slice.entries().get(1);
          assertThat(a.value()).isEqualTo(b.value());
          assertThat(a.modified()).isEqualTo(b.modified()).isLessThanOrEqualTo(last);
          assertThat(a.version()).isGreaterThanOrEqualTo(lastVersion);
          lastVersion = a.version();
        }
      } while (!finished);
      assertThat(Concurrently.result(writer, patience())).isTrue();
    }
  }

  /** Pages of one revision make up exactly that revision, whatever is written meanwhile. */
  @Test
  @Case(40)
  @Verifies({"G9", "G10"})
  default void pagesOfOneRevisionMakeUpThatRevision() {
    int count = 1000;
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      putMany(store, space, count);
      Slice pinned = store.keyValues().list(space.below());
      AtomicBoolean done = new AtomicBoolean();
      CountDownLatch writing = new CountDownLatch(20);
      Future<Integer> writer =
          Concurrently.start(() -> {
            int writes = 0;
            Random random = new Random(40);
            while (!done.get()) {
              Key key = space.key(KeySpace.ordered(random.nextInt(2 * count)));
              if (random.nextBoolean()) {
                store.keyValues().put(key, Bytes.utf8("other"));
              } else {
                boolean unused = store.keyValues().delete(key);
              }
              writes++;
              writing.countDown();
            }
            return writes;
          });
      Await.of(this).until("others write", () -> writing.getCount() == 0);
      List<Entry> paged = new ArrayList<>();
      KeyRange rest = space.below();
      boolean more = true;
      while (more) {
        Slice page = store.keyValues().read(Read.of(rest).at(pinned.revision()).limitedTo(37));
        paged.addAll(page.entries());
        more = page.more();
        rest = KeyRange.between(paged.getLast().key().next(), space.below().end().orElseThrow());
      }
      done.set(true);

      assertThat(paged).hasSize(count).isEqualTo(pinned.entries());
      assertThat(Concurrently.result(writer, patience())).isPositive();
    }
  }

  private static List<Key> keys(Store store, Read read) {
    return store.keyValues().read(read).entries().stream().map(Entry::key).toList();
  }

  private static void putAll(Store store, KeySpace space, String... names) {
    for (String name : names) {
      Revision unused = store.keyValues().put(space.key(name), Bytes.utf8("value of " + name));
    }
  }

  /** Puts keys of ordered numbers, many in a transaction. */
  private static void putMany(Store store, KeySpace space, int count) {
    List<Operation> puts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      puts.add(Put.of(space.key(KeySpace.ordered(i)), Bytes.utf8("" + i)));
      if (puts.size() == store.limits().operations() || i == count - 1) {
        Commit unused = store.keyValues().commit(Transaction.of(puts.toArray(new Operation[0])));
        puts.clear();
      }
    }
  }
}
