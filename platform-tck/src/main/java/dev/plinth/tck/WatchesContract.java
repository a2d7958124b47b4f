package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What watches deliver: cases 94 to 103 and 120.
 *
 * @since 0.1
 */
public interface WatchesContract extends StoreFixture {
  /** A watch from now on shows later changes only, and says since when. */
  @Test
  @Case(94)
  @Verifies({"G26", "G28"})
  default void aWatchFromNowOnShowsLaterChangesOnly() {
    try (Store store = open()) {
      Key key = freshKey();
      Revision before = store.keyValues().put(key, Bytes.utf8("before"));
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
        assertThat(watch.startedAt()).isGreaterThanOrEqualTo(before);
        Revision after = store.keyValues().put(key, Bytes.utf8("after"));

        assertThat(watch.startedAt()).isLessThan(after);
        WatchBatch batch = Deliveries.of(watch, this).nextChanges();
        assertThat(batch.revision()).isEqualTo(after);
        assertThat(batch.changes())
            .containsExactly(Change.put(store.keyValues().get(key).orElseThrow()));
      }
    }
  }

  /** A watch from the past replays it and goes on live, without a seam. */
  @Test
  @Case(95)
  @Verifies({"G24", "G25", "G26", "G28"})
  default void aWatchFromThePastReplaysItAndGoesOnLive() {
    int puts = 600;
    try (Store store = open()) {
      Key key = freshKey();
      Revision first = store.keyValues().put(key, Bytes.utf8("0"));
      Future<Revision> writer =
          Concurrently.start(() -> {
            Revision last = first;
            for (int i = 1; i < puts; i++) {
              last = store.keyValues().put(key, Bytes.utf8("" + i));
            }
            return last;
          });
      for (int round = 0; round < 5; round++) {
        try (Watch watch =
            store.watches().open(WatchOptions.of(KeyRange.single(key)).from(first))) {
          assertThat(Deliveries.of(watch, this).changes(puts))
              .extracting(change -> change.entry().value().utf8())
              .isEqualTo(IntStream.range(0, puts).mapToObj(Integer::toString).toList());
        }
      }
      assertThat(Concurrently.result(writer, patience())).isGreaterThan(first);
    }
  }

  /** A change says what it is: creation, modification or deletion, with the entry as stored. */
  @Test
  @Case({96, 97})
  @Verifies({"G32", "G33"})
  default void aChangeSaysWhatItIsAndWhatWasBefore() {
    try (Store store = open()) {
      Key key = freshKey();
      LeaseId lease = store.leases().grant(Duration.ofMinutes(1)).id();
      Revision created = store.keyValues().put(key, Bytes.utf8("1"));
      Entry first = store.keyValues().get(key).orElseThrow();
      store.keyValues().put(key, Bytes.utf8("2"), lease);
      Entry second = store.keyValues().get(key).orElseThrow();
      Revision deleted = store.keyValues().commit(Transaction.of(Delete.of(key))).revision();
      Revision again = store.keyValues().put(key, Bytes.utf8("3"));
      Entry third = store.keyValues().get(key).orElseThrow();
      WatchOptions options = WatchOptions.of(KeyRange.single(key)).from(created);

      List<Change> expected =
          List.of(
              Change.put(first),
              Change.put(second).withPrevious(first),
              Change.delete(key, deleted).withPrevious(second),
              Change.put(third));
      try (Watch watch = store.watches().open(options.withPreviousValues())) {
        List<Change> changes = Deliveries.of(watch, this).changesUntil(again);
        assertThat(changes).isEqualTo(expected);
        assertThat(changes)
            .extracting(Change::isCreation)
            .containsExactly(true, false, false, true);
      }
      try (Watch watch = store.watches().open(options)) {
        assertThat(Deliveries.of(watch, this).changesUntil(again))
            .isEqualTo(
                expected.stream()
                    .map(change -> new Change(change.kind(), change.entry(), Optional.empty()))
                    .toList());
      }
      store.leases().revoke(lease);
    }
  }

  /** The version before is the exact one, also for live changes and within a transaction. */
  @Test
  @Case(97)
  @Verifies("G32")
  default void theVersionBeforeIsExactForLiveChanges() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      store.keyValues().put(space.key("a"), Bytes.utf8("old a"));
      store.keyValues().put(space.key("b"), Bytes.utf8("old b"));
      List<Entry> before = store.keyValues().list(space.below()).entries();
      try (Watch watch =
          store.watches().open(WatchOptions.of(space.below()).withPreviousValues())) {
        Commit unused =
            store
                .keyValues()
                .commit(
                    Transaction.of(
                        Put.of(space.key("a"), Bytes.utf8("new a")),
                        Delete.of(space.key("b")),
                        Put.of(space.key("c"), Bytes.utf8("new c"))));

        assertThat(Deliveries.of(watch, this).nextChanges().changes())
            .extracting(Change::previous)
            .containsExactly(
                Optional.of(before.get(0)), Optional.of(before.get(1)), Optional.empty());
      }
    }
  }

  /** A watch shows its range and its kinds of change, and nothing else. */
  @Test
  @Case(98)
  @Verifies("G33")
  default void aWatchShowsItsRangeAndItsKindsOnly() {
    try (Store store = openEmpty()) {
      KeySpace space = KeySpace.of("/m");
      Key a = space.key("a");
      Key b = space.key("b");
      Key beside = Key.utf8("/mm");
      Key behind = Key.utf8("/z");
      Revision first = store.keyValues().put(a, Bytes.EMPTY);
      store.keyValues().put(b, Bytes.EMPTY);
      store.keyValues().put(beside, Bytes.EMPTY);
      store.keyValues().delete(a);
      Revision last = store.keyValues().put(behind, Bytes.EMPTY);

      assertThat(seen(store, WatchOptions.of(KeyRange.single(a)).from(first), last))
          .containsExactly("+/m/a", "-/m/a");
      assertThat(seen(store, WatchOptions.of(space.below()).from(first), last))
          .containsExactly("+/m/a", "+/m/b", "-/m/a");
      assertThat(seen(store, WatchOptions.of(KeyRange.between(b, behind)).from(first), last))
          .containsExactly("+/m/b", "+/mm");
      assertThat(seen(store, WatchOptions.of(KeyRange.from(b)).from(first), last))
          .containsExactly("+/m/b", "+/mm", "+/z");
      assertThat(seen(store, WatchOptions.of(KeyRange.all()).from(first), last)).hasSize(5);
      WatchOptions all = WatchOptions.of(KeyRange.all()).from(first);
      assertThat(seen(store, all.only(Change.Kind.DELETE), last)).containsExactly("-/m/a");
      assertThat(seen(store, all.only(Change.Kind.PUT), last))
          .containsExactly("+/m/a", "+/m/b", "+/mm", "+/z");
      assertThat(seen(store, all.only(), last)).isEmpty();
    }
  }

  private List<String> seen(Store store, WatchOptions options, Revision last) {
    try (Watch watch = store.watches().open(options)) {
      return Deliveries.of(watch, this).drain(last).stream()
          .map(change -> (change.kind() == Change.Kind.PUT ? "+" : "-") + change.key().utf8())
          .toList();
    }
  }

  /** A watch over a range that can hold no key is refused. */
  @Test
  @Case(99)
  @Verifies({"G12", "G33"})
  default void aWatchOverNoKeyIsRefused() {
    try (Store store = open()) {
      Key key = freshKey();
      for (KeyRange range :
          List.of(KeyRange.between(key, key), KeyRange.between(key.next(), key))) {
        assertThatExceptionOfType(RequestRefusedException.class)
            .isThrownBy(() -> store.watches().open(WatchOptions.of(range)))
            .returns(Reason.EMPTY_RANGE, RequestRefusedException::reason);
      }
      assertThatExceptionOfType(RequestRefusedException.class)
          .isThrownBy(() -> store.watches().open(WatchOptions.of(KeyRange.from(Key.of()))))
          .returns(Reason.KEY_NOT_PROVIDED, RequestRefusedException::reason);
    }
  }

  /** A large transaction comes whole, in the order of its operations, live and replayed. */
  @Test
  @Case({100, 101})
  @Verifies({"G24", "G27"})
  default void aLargeTransactionComesWholeAndInOrder() {
    int keys = 100;
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      List<Operation> puts = new ArrayList<>();
      for (int i = 0; i < keys; i++) {
        puts.add(Put.of(space.key("" + i * 37 % keys), Bytes.EMPTY));
      }
      List<Key> order =
          IntStream.range(0, keys).mapToObj(i -> space.key("" + i * 37 % keys)).toList();
      try (Watch live = store.watches().open(WatchOptions.of(space.below()))) {
        Revision first =
            store.keyValues().commit(new Transaction(List.of(), puts, List.of())).revision();
        Revision second =
            store.keyValues().commit(new Transaction(List.of(), puts, List.of())).revision();
        try (Watch replay = store.watches().open(WatchOptions.of(space.below()).from(first))) {
          for (Watch watch : List.of(live, replay)) {
            List<Change> changes = Deliveries.of(watch, this).changesUntil(second);
            assertThat(changes).hasSize(2 * keys);
            assertThat(changes.subList(0, keys))
                .allMatch(change -> change.revision().equals(first))
                .extracting(Change::key)
                .isEqualTo(order);
            assertThat(changes.subList(keys, 2 * keys))
                .allMatch(change -> change.revision().equals(second))
                .extracting(Change::key)
                .isEqualTo(order);
          }
        }
      }
    }
  }

  /** A watch from the future is silent until its revision comes. */
  @Test
  @Case(102)
  @Verifies("G31")
  default void aWatchFromTheFutureIsSilentUntilThen() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      Revision now = store.keyValues().put(key, Bytes.utf8("now"));
      Revision start = Revision.of(now.value() + 4);
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)).from(start));
          Watch control = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
        for (int i = 1; i < 4; i++) {
          store.keyValues().put(key, Bytes.utf8("early"));
        }
        assertThat(Deliveries.of(control, this).changes(3)).hasSize(3);
        assertThat(watch.tryNext()).isEmpty();
        watch.requestProgress();
        assertThat(store.keyValues().put(key, Bytes.utf8("due"))).isEqualTo(start);
        Revision after = store.keyValues().put(key, Bytes.utf8("after"));

        Deliveries deliveries = Deliveries.of(watch, this);
        WatchBatch first = deliveries.next();
        assertThat(first.revision()).isGreaterThanOrEqualTo(start);
        List<Change> changes = new ArrayList<>(first.changes());
        while (changes.size() < 2) {
          changes.addAll(deliveries.nextChanges().changes());
        }
        assertThat(changes).extracting(Change::revision).containsExactly(start, after);
      }
    }
  }

  /** Twenty watches that come, go and resume all see the same history. */
  @Test
  @Case(103)
  @Verifies({"G24", "G25", "G26", "G28"})
  default void watchesThatComeAndGoAllSeeTheSameHistory() {
    int commits = 400;
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      Revision first = store.keyValues().put(space.key("0"), Bytes.utf8("start"));
      Future<Revision> writer =
          Concurrently.start(() -> {
            Random random = new Random(103);
            for (int i = 0; i < commits; i++) {
              Commit unused = store.keyValues().commit(randomWrite(space, random, i));
            }
            return store.keyValues().put(space.key("0"), Bytes.utf8("end"));
          });
      List<List<Change>> seen =
          Concurrently.run(
              // They end with the last of many writes.
              patience().multipliedBy(3),
              20,
              thread -> () -> history(store, space, first, new Random(thread)));
      Revision last = Concurrently.result(writer, patience());
      try (Watch watch = store.watches().open(WatchOptions.of(space.below()).from(first))) {
        List<Change> whole = Deliveries.of(watch, this).changesUntil(last);
        assertThat(whole).hasSizeGreaterThan(commits);
        assertThat(seen).allMatch(whole::equals);
      }
    }
  }

  private static Transaction randomWrite(KeySpace space, Random random, int number) {
    Key one = space.key("" + random.nextInt(5));
    Key two = space.key("" + (5 + random.nextInt(5)));
    return random.nextInt(4) == 0
        ? Transaction.of(Delete.of(one), Put.of(two, Bytes.utf8("" + number)))
        : Transaction.of(Put.of(one, Bytes.utf8("" + number)));
  }

  /**
   * Follows a history to its end, opening a new watch at the position of the last one at random.
   */
  private List<Change> history(Store store, KeySpace space, Revision first, Random random) {
    List<Change> changes = new ArrayList<>();
    Revision next = first;
    while (true) {
      try (Watch watch = store.watches().open(WatchOptions.of(space.below()).from(next))) {
        Deliveries deliveries = Deliveries.of(watch, this);
        for (int batches = 1 + random.nextInt(20); batches > 0; batches--) {
          WatchBatch batch = deliveries.next();
          changes.addAll(batch.changes());
          next = batch.revision().next();
          if (batch.changes().stream()
              .anyMatch(change -> change.entry().value().equals(Bytes.utf8("end")))) {
            return changes;
          }
        }
      }
    }
  }

  /** Watches over overlapping ranges each get all of their own. */
  @Test
  @Case(120)
  @Verifies({"G26", "G33"})
  default void overlappingWatchesEachGetAllOfTheirOwn() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      KeyRange low = KeyRange.between(space.key("a"), space.key("n"));
      KeyRange high = KeyRange.between(space.key("g"), space.key("z"));
      try (Watch first = store.watches().open(WatchOptions.of(low));
          Watch second = store.watches().open(WatchOptions.of(high));
          Watch same = store.watches().open(WatchOptions.of(low))) {
        List<Key> keys = new ArrayList<>();
        for (char name = 'a'; name < 'z'; name++) {
          keys.add(space.key("" + name));
          store.keyValues().put(keys.getLast(), Bytes.EMPTY);
        }
        List<Key> lowKeys = keys.stream().filter(low::contains).toList();
        List<Key> highKeys = keys.stream().filter(high::contains).toList();
        for (Watch watch : List.of(first, same)) {
          assertThat(Deliveries.of(watch, this).changes(lowKeys.size()))
              .extracting(Change::key)
              .isEqualTo(lowKeys);
        }
        assertThat(Deliveries.of(second, this).changes(highKeys.size()))
            .extracting(Change::key)
            .isEqualTo(highKeys);
      }
    }
  }
}
