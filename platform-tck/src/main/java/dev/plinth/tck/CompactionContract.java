package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Compaction: cases 62 to 72.
 *
 * @since 0.1
 */
public interface CompactionContract extends StoreFixture {
  /** What is below the point of compaction is lost, and nothing else. */
  @Test
  @Case({62, 63, 64})
  @Verifies({"G14", "G15"})
  default void whatIsBelowTheCompactionIsLostAndNothingElse() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      Key other = freshKey();
      Revision first = store.keyValues().put(key, Bytes.utf8("1"));
      Revision second = store.keyValues().put(key, Bytes.utf8("2"));
      Revision now = store.keyValues().put(other, Bytes.utf8("3"));
      List<Entry> all = store.keyValues().list(KeyRange.all()).entries();

      assertThat(store.keyValues().compact(second)).isEqualTo(now);
      assertThatExceptionOfType(HistoryLostException.class)
          .isThrownBy(() -> store.keyValues().read(Read.of(key).at(first)))
          .returns(second, HistoryLostException::compacted);
      Slice there = store.keyValues().read(Read.of(key).at(second));
      assertThat(there.revision()).isEqualTo(now);
      assertThat(there.entries()).extracting(Entry::value).containsExactly(Bytes.utf8("2"));

      for (Revision again : List.of(first, second)) {
        assertThatExceptionOfType(HistoryLostException.class)
            .isThrownBy(() -> store.keyValues().compact(again))
            .returns(second, HistoryLostException::compacted);
      }
      assertThatExceptionOfType(RequestRefusedException.class)
          .isThrownBy(() -> store.keyValues().compact(now.next()))
          .returns(Reason.FUTURE_REVISION, RequestRefusedException::reason);

      assertThat(store.keyValues().compact(now)).isEqualTo(now);
      assertThat(store.keyValues().list(KeyRange.all())).isEqualTo(new Slice(now, all, 2, false));
    }
  }

  /** A delete at the point of compaction is still delivered to a watch that starts there. */
  @Test
  @Case(65)
  @Verifies({"G14", "G16"})
  default void aDeleteAtTheCompactionIsStillDelivered(CaseRecord record) {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      store.keyValues().put(key, Bytes.EMPTY);
      Revision deleted = store.keyValues().commit(Transaction.of(Delete.of(key))).revision();
      Revision later = store.keyValues().put(key, Bytes.EMPTY);
      store.keyValues().compact(deleted);

      assertThat(store.keyValues().read(Read.of(key).at(deleted)).entries()).isEmpty();
      try (Watch watch =
          store.watches().open(WatchOptions.of(KeyRange.single(key)).from(deleted))) {
        List<Change> changes = Deliveries.of(watch, this).changesUntil(later);
        assertThat(changes.getLast().revision()).isEqualTo(later);
        if (changes.size() == 1 && knownDefects().contains(KnownDefect.DELETE_AT_COMPACTION_LOST)) {
          record.knownDefect(KnownDefect.DELETE_AT_COMPACTION_LOST.text());
          return;
        }
        assertThat(changes.getFirst()).isEqualTo(Change.delete(key, deleted));
        assertThat(changes).hasSize(2);
      }
    }
  }

  /** Zero can be compacted once, which is harmless; less is lost already. */
  @Test
  @Case(66)
  @Verifies("G15")
  default void zeroCanBeCompactedOnce() {
    try (Store store = openEmpty()) {
      Revision now = store.keyValues().put(freshKey(), Bytes.EMPTY);

      assertThatExceptionOfType(HistoryLostException.class)
          .isThrownBy(() -> store.keyValues().compact(Revision.of(-1)));
      assertThat(store.keyValues().compact(Revision.ZERO)).isEqualTo(now);
      assertThatExceptionOfType(HistoryLostException.class)
          .isThrownBy(() -> store.keyValues().compact(Revision.ZERO));
      assertThat(store.keyValues().list(KeyRange.all()).count()).isEqualTo(1);
    }
  }

  /** A watch from before the point of compaction ends at once, and says where to go on. */
  @Test
  @Case(67)
  @Verifies({"G30", "G34"})
  default void aWatchFromBeforeTheCompactionEndsAtOnce() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      Revision first = store.keyValues().put(key, Bytes.EMPTY);
      Revision second = store.keyValues().put(key, Bytes.EMPTY);
      store.keyValues().compact(second);
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)).from(first))) {
        Deliveries deliveries = Deliveries.of(watch, this);
        for (int i = 0; i < 3; i++) {
          assertThatExceptionOfType(HistoryLostException.class)
              .isThrownBy(deliveries::next)
              .returns(second, HistoryLostException::compacted);
        }
      }
    }
  }

  /** Compaction behind a watch that has kept up does not disturb it. */
  @Test
  @Case(68)
  @Verifies({"G16", "G26"})
  default void compactionBehindAWatchDoesNotDisturbIt() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
        Deliveries deliveries = Deliveries.of(watch, this);
        for (int i = 0; i < 50; i++) {
          Revision revision = store.keyValues().put(key, Bytes.utf8("" + i));
          assertThat(deliveries.nextChanges().revision()).isEqualTo(revision);
          store.keyValues().compact(revision);
        }
      }
    }
  }

  /** A watch that compaction overtook ends with an error, never with a gap. */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  @Case(69)
  @Verifies({"G26", "G30", "G36"})
  default void aWatchThatCompactionOvertookNeverHasAGap() {
    int puts = 20_000;
    try (Store store = openEmpty()) {
      Key key = freshKey();
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
        for (int i = 0; i < puts; i++) {
          store.keyValues().put(key, Bytes.utf8("" + i));
        }
        Revision compacted = store.keyValues().current();
        store.keyValues().compact(compacted);

        Deliveries deliveries = Deliveries.of(watch, this);
        long delivered = 0;
        try {
          while (delivered < puts) {
            for (Change change : deliveries.nextChanges().changes()) {
              assertThat(change.entry().value().utf8()).isEqualTo("" + delivered);
              delivered++;
            }
          }
        } catch (HistoryLostException lost) {
          assertThat(lost.compacted()).isEqualTo(compacted);
          assertThat(delivered).isLessThan(puts);
        }
      }
    }
  }

  /** Pages of a revision that is compacted meanwhile end with an error, never short. */
  @Test
  @Case(70)
  @Verifies({"G9", "G14"})
  default void pagesOfACompactedRevisionEndWithAnError() {
    int keys = 200;
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      for (int i = 0; i < keys; i++) {
        store.keyValues().put(space.key(KeySpace.ordered(i)), Bytes.EMPTY);
      }
      Future<Integer> compacting =
          Concurrently.start(() -> {
            for (int i = 0; i < 20; i++) {
              Revision written = store.keyValues().put(freshKey(), Bytes.EMPTY);
              store.keyValues().compact(written);
            }
            return 20;
          });
      int lost = 0;
      for (int round = 0; round < 40; round++) {
        try {
          assertThat(paged(store, space)).isEqualTo(keys);
        } catch (HistoryLostException compacted) {
          lost++;
        }
      }
      assertThat(Concurrently.result(compacting, patience())).isEqualTo(20);
      assertThat(lost).isLessThanOrEqualTo(40);

      Slice first = store.keyValues().read(Read.of(space.below()).limitedTo(10));
      Revision after = store.keyValues().put(freshKey(), Bytes.EMPTY);
      store.keyValues().compact(after);
      assertThatExceptionOfType(HistoryLostException.class)
          .isThrownBy(() ->
              store.keyValues().read(Read.of(space.below()).at(first.revision()).limitedTo(10)));
    }
  }

  private static int paged(Store store, KeySpace space) {
    Slice page = store.keyValues().read(Read.of(space.below()).limitedTo(20));
    Revision pinned = page.revision();
    int found = page.entries().size();
    while (page.more()) {
      Key next = page.entries().getLast().key().next();
      KeyRange rest = KeyRange.between(next, space.below().end().orElseThrow());
      page = store.keyValues().read(Read.of(rest).at(pinned).limitedTo(20));
      found += page.entries().size();
    }
    return found;
  }

  /** The version before the first change after compaction is right or missing. */
  @Test
  @Case(71)
  @Verifies("G32")
  default void theVersionBeforeTheCompactionIsRightOrMissing() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      store.keyValues().put(key, Bytes.utf8("1"));
      Entry first = store.keyValues().get(key).orElseThrow();
      Revision second = store.keyValues().put(key, Bytes.utf8("2"));
      Entry middle = store.keyValues().get(key).orElseThrow();
      Revision third = store.keyValues().put(key, Bytes.utf8("3"));
      store.keyValues().compact(second);
      WatchOptions options =
          WatchOptions.of(KeyRange.single(key)).from(second).withPreviousValues();
      try (Watch watch = store.watches().open(options)) {
        List<Change> changes = Deliveries.of(watch, this).changesUntil(third);
        assertThat(changes).extracting(Change::revision).containsExactly(second, third);
        changes.getFirst().previous().ifPresent(previous -> assertThat(previous).isEqualTo(first));
        assertThat(changes.getLast().previous()).contains(middle);
      }
    }
  }

  /** Compaction frees history. */
  @Test
  @Case(72)
  @Verifies("G14")
  default void compactionFreesHistory() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      for (int i = 0; i < 500; i++) {
        store.keyValues().put(key, Bytes.of(new byte[1000]));
      }
      /* A server may count what it has put on disk, which is a moment later. */
      StoreStatus before =
          Await.of(this)
              .value(
                  "the status shows the history",
                  () ->
                      Optional.of(store.status())
                          .filter(status ->
                              status.historyRevisions().isPresent()
                                  || status.sizeBytes() > 500 * 1000));
      Revision now = store.keyValues().current();
      store.keyValues().compact(now);

      Await.of(this)
          .until(
              "the status shows less history",
              () -> {
                // A server may count freed space as free only with its next write.
                store.keyValues().put(key, Bytes.EMPTY);
                StoreStatus after = store.status();
                return after.historyRevisions().isPresent()
                    ? after.historyRevisions().get() < before.historyRevisions().orElseThrow()
                    : after.sizeBytes() < before.sizeBytes();
              });
      assertThat(store.status().compacted()).isEqualTo(now);
    }
  }
}
