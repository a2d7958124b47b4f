package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Capability;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.RequestRefusedException.Reason;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Revisions and puts: cases 1 to 11, 13 and 16 to 18.
 *
 * @since 0.1
 */
public interface RevisionContract extends StoreFixture {
  /** An empty store is at revision 1 and says so when asked for what is missing. */
  @Test
  @Case(1)
  @Verifies("G1")
  default void anEmptyStoreIsAtRevisionOne() {
    try (Store store = openEmpty()) {
      Slice missing = store.keyValues().read(Read.of(freshKey()));

      assertThat(store.keyValues().current()).isEqualTo(Revision.of(1));
      assertThat(missing).isEqualTo(new Slice(Revision.of(1), List.of(), 0, false));
    }
  }

  /** The first put makes revision 2 and version 1. */
  @Test
  @Case(2)
  @Verifies({"G1", "G3"})
  default void theFirstPutMakesRevisionTwo() {
    try (Store store = openEmpty()) {
      Key key = freshKey();

      assertThat(store.keyValues().put(key, Bytes.utf8("a"))).isEqualTo(Revision.of(2));
      assertThat(store.keyValues().get(key))
          .contains(
              new Entry(key, Bytes.utf8("a"), Revision.of(2), Revision.of(2), 1, Optional.empty()));
    }
  }

  /** A second put keeps the revision of creation and raises revision and version. */
  @Test
  @Case(3)
  @Verifies({"G1", "G3"})
  default void aSecondPutKeepsTheRevisionOfCreation() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      store.keyValues().put(key, Bytes.utf8("a"));
      store.keyValues().put(key, Bytes.utf8("b"));

      assertThat(store.keyValues().get(key))
          .contains(
              new Entry(key, Bytes.utf8("b"), Revision.of(2), Revision.of(3), 2, Optional.empty()));
    }
  }

  /** A key that was deleted begins anew. */
  @Test
  @Case(4)
  @Verifies("G3")
  default void aKeyThatWasDeletedBeginsAnew() {
    try (Store store = open()) {
      Key key = freshKey();
      Revision first = store.keyValues().put(key, Bytes.utf8("a"));
      store.keyValues().put(key, Bytes.utf8("b"));
      store.keyValues().delete(key);
      Revision again = store.keyValues().put(key, Bytes.utf8("c"));

      Entry entry = store.keyValues().get(key).orElseThrow();
      assertThat(entry.version()).isEqualTo(1);
      assertThat(entry.created()).isEqualTo(again).isGreaterThan(first);
      assertThat(entry.modified()).isEqualTo(again);
    }
  }

  /** Putting the same value again is a change. */
  @Test
  @Case(5)
  @Verifies({"G1", "G3"})
  default void puttingTheSameValueIsAChange() {
    try (Store store = open()) {
      Key key = freshKey();
      Revision first = store.keyValues().put(key, Bytes.utf8("same"));
      Revision second = store.keyValues().put(key, Bytes.utf8("same"));

      assertThat(second).isGreaterThan(first);
      assertThat(store.keyValues().get(key).orElseThrow().version()).isEqualTo(2);
    }
  }

  /** An empty value is a value. */
  @Test
  @Case(6)
  @Verifies({"G3", "G10"})
  default void anEmptyValueIsNotAMissingKey() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      store.keyValues().put(space.key("empty"), Bytes.EMPTY);

      assertThat(store.keyValues().get(space.key("empty")).orElseThrow().value().isEmpty())
          .isTrue();
      assertThat(store.keyValues().get(space.key("missing"))).isEmpty();
    }
  }

  /** An empty key is refused by whatever names one, and nothing happens. */
  @Test
  @Case(7)
  @Verifies({"G12", "G38"})
  default void anEmptyKeyIsRefused() {
    try (Store store = openEmpty()) {
      Key empty = Key.of();
      List<Runnable> requests =
          List.of(
              () -> store.keyValues().put(empty, Bytes.utf8("a")),
              () -> store.keyValues().delete(empty),
              () -> store.keyValues().get(empty),
              () -> store.keyValues().list(KeyRange.from(empty)),
              () -> store.keyValues().commit(Transaction.when(Condition.absent(empty))));
      for (Runnable request : requests) {
        assertThatExceptionOfType(RequestRefusedException.class)
            .isThrownBy(request::run)
            .returns(Reason.KEY_NOT_PROVIDED, RequestRefusedException::reason)
            .withMessage("key is not provided");
      }
      assertThat(store.keyValues().current()).isEqualTo(Revision.of(1));
    }
  }

  /** Keys are any bytes, ordered without sign. */
  @Test
  @Case(8)
  @Verifies("G10")
  default void keysAreAnyBytesOrderedWithoutSign() {
    try (Store store = open()) {
      byte[] prefix = freshKey().toArray();
      List<Key> keys = new ArrayList<>();
      for (int value = 0; value <= 0xff; value++) {
        byte[] key = Arrays.copyOf(prefix, prefix.length + 1);
        key[prefix.length] = (byte) value;
        keys.add(Key.of(key));
      }
      List<Key> shuffled = new ArrayList<>(keys);
      Collections.shuffle(shuffled, new Random(8));
      for (Key key : shuffled) {
        store.keyValues().put(key, key.toBytes());
      }

      Slice all = store.keyValues().list(KeyRange.prefix(Key.of(prefix)));
      assertThat(all.entries()).extracting(Entry::key).isEqualTo(keys);
      assertThat(all.entries()).allMatch(entry -> entry.value().equals(entry.key().toBytes()));
    }
  }

  /** A request may be as large as the limit, and not a byte larger. */
  @Test
  @Case(9)
  @Verifies({"G12", "G13"})
  default void aRequestMayBeAsLargeAsTheLimit() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      long overhead = RequestRules.sizeOf(Transaction.of(Put.of(key, Bytes.EMPTY)));
      int largest = Math.toIntExact(store.limits().requestBytes() - overhead);
      Revision written = store.keyValues().put(key, Bytes.of(new byte[largest]));

      assertThatExceptionOfType(RequestRefusedException.class)
          .isThrownBy(() -> store.keyValues().put(key, Bytes.of(new byte[largest + 1])))
          .returns(Reason.REQUEST_TOO_LARGE, RequestRefusedException::reason);
      assertThat(store.keyValues().current()).isEqualTo(written);
      assertThat(store.keyValues().get(key).orElseThrow().value().size()).isEqualTo(largest);
    }
  }

  /** A put gives the version before it, if asked. */
  @Test
  @Case(10)
  @Verifies("G3")
  default void aPutGivesTheVersionBeforeIt() {
    try (Store store = open()) {
      Key key = freshKey();
      Put put = Put.of(key, Bytes.utf8("a")).returningPrevious();

      assertThat(store.keyValues().commit(Transaction.of(put)).put(0).previous()).isEmpty();
      Entry before = store.keyValues().get(key).orElseThrow();
      assertThat(store.keyValues().commit(Transaction.of(put)).put(0).previous()).contains(before);
      assertThat(
              store
                  .keyValues()
                  .commit(Transaction.of(Put.of(key, Bytes.utf8("b"))))
                  .put(0)
                  .previous())
          .isEmpty();
    }
  }

  /** A put may keep the value, or the lease, of a key that exists. */
  @Test
  @Case(11)
  @Verifies({"G3", "G12"})
  default void aPutMayKeepTheValueOrTheLease() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      LeaseId lease = store.leases().grant(Duration.ofMinutes(1)).id();
      store.keyValues().put(key, Bytes.utf8("kept"));

      Commit leased =
          store.keyValues().commit(Transaction.of(Put.keepingValue(key).withLease(lease)));
      Entry entry = store.keyValues().get(key).orElseThrow();
      assertThat(entry.value()).isEqualTo(Bytes.utf8("kept"));
      assertThat(entry.lease()).contains(lease);
      assertThat(entry.modified()).isEqualTo(leased.revision());

      store.keyValues().commit(Transaction.of(Put.of(key, Bytes.utf8("new")).keepingLease()));
      entry = store.keyValues().get(key).orElseThrow();
      assertThat(entry.value()).isEqualTo(Bytes.utf8("new"));
      assertThat(entry.lease()).contains(lease);

      Revision before = store.keyValues().current();
      Key missing = freshKey();
      for (Put put :
          List.of(Put.keepingValue(missing), Put.of(missing, Bytes.EMPTY).keepingLease())) {
        assertThatExceptionOfType(RequestRefusedException.class)
            .isThrownBy(() -> store.keyValues().commit(Transaction.of(put)))
            .returns(Reason.KEY_NOT_FOUND, RequestRefusedException::reason);
      }
      assertThat(store.keyValues().current()).isEqualTo(before);
    }
  }

  /** A put that names a lease that does not exist is refused. */
  @Test
  @Case(13)
  @Verifies({"G12", "G20"})
  default void aPutWithAnUnknownLeaseIsRefused() {
    try (Store store = openEmpty()) {
      Key key = freshKey();

      assertThatExceptionOfType(RequestRefusedException.class)
          .isThrownBy(() -> store.keyValues().put(key, Bytes.EMPTY, LeaseId.of(4711)))
          .returns(Reason.LEASE_NOT_FOUND, RequestRefusedException::reason);
      assertThat(store.keyValues().read(Read.of(key)))
          .isEqualTo(new Slice(Revision.of(1), List.of(), 0, false));
    }
  }

  /** Each changing commit has a revision of its own, or shares it only with what overlapped it. */
  @Test
  @Case(16)
  @Verifies("G1")
  default void concurrentPutsGetRevisionsOfTheirOwn(CaseRecord record) {
    int threads = 8;
    int puts = 50;
    try (Store store = openEmpty()) {
      record Timed(long begun, long ended, Revision revision) {}
      KeySpace space = freshKeySpace();
      List<List<Timed>> results =
          Concurrently.run(
              patience(),
              threads,
              thread ->
                  () -> {
                    List<Timed> mine = new ArrayList<>();
                    for (int i = 0; i < puts; i++) {
                      Key key = space.key(thread + "-" + i);
                      long begun = System.nanoTime();
                      Revision revision = store.keyValues().put(key, Bytes.EMPTY);
                      mine.add(new Timed(begun, System.nanoTime(), revision));
                    }
                    return mine;
                  });

      Map<Revision, List<Timed>> byRevision = new TreeMap<>();
      for (int thread = 0; thread < threads; thread++) {
        for (int i = 0; i < puts; i++) {
          Timed put = results.get(thread).get(i);
          byRevision.computeIfAbsent(put.revision(), revision -> new ArrayList<>()).add(put);
          assertThat(i == 0 || put.revision().isAfter(results.get(thread).get(i - 1).revision()))
              .isTrue();
          assertThat(store.keyValues().get(space.key(thread + "-" + i)).orElseThrow().modified())
              .isEqualTo(put.revision());
        }
      }
      if (store.capabilities().contains(Capability.SOLE_REVISION)) {
        List<Revision> expected = new ArrayList<>();
        for (int i = 0; i < threads * puts; i++) {
          expected.add(Revision.of(2 + i));
        }
        assertThat(byRevision.keySet()).containsExactlyElementsOf(expected);
      } else {
        record.withheld(Capability.SOLE_REVISION);
        for (List<Timed> shared : byRevision.values()) {
          long lastBegin = shared.stream().mapToLong(Timed::begun).max().orElseThrow();
          assertThat(shared).allMatch(put -> put.ended() - lastBegin >= 0);
        }
      }
    }
  }

  /** What one client sees of the revision never goes down, whatever it calls. */
  @Test
  @Case(17)
  @Verifies({"G1", "G6"})
  default void theRevisionNeverGoesDown() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      List<Integer> calls =
          Concurrently.run(
              patience(),
              4,
              thread ->
                  () -> {
                    Random random = new Random(thread);
                    Revision last = Revision.ZERO;
                    for (int i = 0; i < 200; i++) {
                      Revision seen = seen(store, space.key("" + random.nextInt(5)), random);
                      assertThat(seen).isGreaterThanOrEqualTo(last);
                      last = seen;
                    }
                    return 200;
                  });
      assertThat(calls).hasSize(4);
    }
  }

  private static Revision seen(Store store, Key key, Random random) {
    KeyValues kv = store.keyValues();
    return switch (random.nextInt(6)) {
      case 0 -> kv.put(key, Bytes.utf8("v"));
      case 1 -> kv.commit(Transaction.of(Delete.of(key))).revision();
      case 2 -> kv.read(Read.of(key)).revision();
      case 3 -> kv.current();
      case 4 -> kv.commit(Transaction.of(Read.of(key))).revision();
      default ->
          kv.commit(Transaction.when(Condition.absent(key)).then(Put.of(key, Bytes.EMPTY)))
              .revision();
    };
  }

  /** What is acknowledged to one client is seen by every other one. */
  @Test
  @Case(18)
  @Verifies({"G6", "G8"})
  default void anotherClientSeesWhatIsAcknowledged(CaseRecord record) {
    try (Store store = open()) {
      Key key = freshKey();
      Optional<Store> another = openAnother(store);
      if (another.isPresent()) {
        try (Store other = another.get()) {
          for (int i = 0; i < 50; i++) {
            Bytes value = Bytes.utf8("" + i);
            Revision put = store.keyValues().put(key, value);
            Slice seen = other.keyValues().read(Read.of(key));
            assertThat(seen.entries().getFirst().value()).isEqualTo(value);
            assertThat(seen.revision()).isGreaterThanOrEqualTo(put);
          }
        }
      } else {
        record.withheld(Capability.SHARED);
        assertThat(store.capabilities()).doesNotContain(Capability.SHARED);
        store.keyValues().put(key, Bytes.utf8("here"));
        Bytes seen =
            Concurrently.result(
                Concurrently.start(() -> store.keyValues().get(key).orElseThrow().value()),
                patience());
        assertThat(seen).isEqualTo(Bytes.utf8("here"));
        try (Store separate = open()) {
          assertThat(separate.status().incarnation()).isNotEqualTo(store.status().incarnation());
          assertThat(separate.keyValues().get(key)).isEmpty();
        }
      }
    }
  }
}
