package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Put;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Deletions: cases 19 to 24.
 *
 * @since 0.1
 */
public interface DeletionContract extends StoreFixture {
  /** Deleting nothing is no change, also the second time. */
  @Test
  @Case({19, 22, 24})
  @Verifies("G2")
  default void deletingNothingIsNoChange() {
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      Key key = space.key("key");
      store.keyValues().put(key, Bytes.EMPTY);
      assertThat(store.keyValues().delete(key)).isTrue();
      Revision deleted = store.keyValues().current();
      assertThat(deleted).isEqualTo(Revision.of(3));

      assertThat(store.keyValues().delete(key)).isFalse();
      assertThat(store.keyValues().delete(space.key("missing"))).isFalse();
      store.keyValues().put(key, Bytes.EMPTY);
      assertThat(store.keyValues().delete(KeyRange.between(key.next(), key))).isZero();
      assertThat(store.keyValues().delete(KeyRange.between(key, key))).isZero();
      assertThat(store.keyValues().current()).isEqualTo(deleted.next());
      assertThat(store.keyValues().get(key)).isPresent();
    }
  }

  /** A range goes in one revision and comes to a watch in key order. */
  @Test
  @Case({20, 21})
  @Verifies({"G4", "G24"})
  default void aRangeGoesInOneRevision() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      Transaction all =
          Transaction.of(
              Put.of(space.key("b"), Bytes.utf8("2")),
              Put.of(space.key("c"), Bytes.utf8("3")),
              Put.of(space.key("a"), Bytes.utf8("1")));
      store.keyValues().commit(all);
      List<Entry> before = store.keyValues().list(space.below()).entries();
      try (Watch watch = store.watches().open(WatchOptions.of(space.below()))) {
        Commit commit =
            store.keyValues().commit(Transaction.of(Delete.of(space.below()).returningPrevious()));

        assertThat(commit.delete(0)).isEqualTo(new Outcome.Deleted(commit.revision(), 3, before));
        WatchBatch batch = Deliveries.of(watch, this).nextChanges();
        assertThat(batch.changes())
            .extracting(Change::key)
            .containsExactly(space.key("a"), space.key("b"), space.key("c"));
        assertThat(batch.changes())
            .allMatch(change -> change.kind() == Change.Kind.DELETE)
            .allMatch(change -> change.revision().equals(commit.revision()));
      }
    }
  }

  /** The whole store can be emptied, in one revision. */
  @Test
  @Case(23)
  @Verifies({"G1", "G10"})
  default void theWholeStoreCanBeEmptied() {
    try (Store store = openEmpty()) {
      store.keyValues().put(Key.of((byte) 0), Bytes.EMPTY);
      store.keyValues().put(freshKey(), Bytes.EMPTY);
      store.keyValues().put(Key.of((byte) 0xff, (byte) 0xff), Bytes.EMPTY);

      assertThat(store.keyValues().delete(KeyRange.all())).isEqualTo(3);
      assertThat(store.keyValues().list(KeyRange.all()))
          .isEqualTo(new Slice(Revision.of(5), List.of(), 0, false));
    }
  }
}
