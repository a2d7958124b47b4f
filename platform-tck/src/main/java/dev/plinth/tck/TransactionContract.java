package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Operation;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
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
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Transactions: cases 41 to 57; those of several threads are in {@link ConcurrencyContract}.
 *
 * @since 0.1
 */
public interface TransactionContract extends StoreFixture {
  /** Without conditions the "then" operations run; with one that fails, the others. */
  @Test
  @Case({41, 45})
  @Verifies({"G4", "G11"})
  default void conditionsChooseTheBranch() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      Put then = Put.of(space.key("then"), Bytes.EMPTY);
      Put otherwise = Put.of(space.key("otherwise"), Bytes.EMPTY);

      Commit commit = store.keyValues().commit(Transaction.of(then).otherwise(otherwise));
      assertThat(commit.conditionsHeld()).isTrue();
      assertThat(commit.put(0).revision()).isEqualTo(commit.revision());
      assertThat(store.keyValues().get(space.key("then"))).isPresent();
      assertThat(store.keyValues().get(space.key("otherwise"))).isEmpty();

      commit =
          store
              .keyValues()
              .commit(
                  Transaction.when(
                          Condition.exists(space.key("then")), Condition.absent(space.key("then")))
                      .then(Delete.of(space.below()))
                      .otherwise(otherwise, Read.of(space.below())));
      assertThat(commit.conditionsHeld()).isFalse();
      assertThat(commit.outcomes()).hasSize(2);
      assertThat(commit.read(1).entries()).hasSize(2);
    }
  }

  /** Every part of an entry is compared with every relation. */
  @Test
  @Case(42)
  @Verifies("G11")
  default void everyPartOfAnEntryIsComparedWithEveryRelation() {
    try (Store store = open()) {
      Key key = freshKey();
      LeaseId lease = store.leases().grant(Duration.ofMinutes(1)).id();
      store.keyValues().put(key, Bytes.utf8("a"));
      store.keyValues().put(key, Bytes.utf8("m"), lease);
      Entry entry = store.keyValues().get(key).orElseThrow();

      for (Relation relation : Relation.values()) {
        for (int offset = -1; offset <= 1; offset++) {
          boolean expected =
              switch (relation) {
                case EQUAL -> offset == 0;
                case NOT_EQUAL -> offset != 0;
                case LESS -> offset > 0;
                case GREATER -> offset < 0;
              };
          for (Condition condition : conditions(key, relation, entry, offset)) {
            assertThat(holds(store, condition)).as("%s", condition).isEqualTo(expected);
          }
        }
      }
    }
  }

  /** A missing key compares as zero; its value compares as nothing at all. */
  @Test
  @Case(43)
  @Verifies("G11")
  default void aMissingKeyComparesAsZeroAndItsValueNever() {
    try (Store store = open()) {
      Key key = freshKey();
      Entry nothing =
          new Entry(key, Bytes.utf8("m"), Revision.ZERO, Revision.ZERO, 0, Optional.empty());

      for (Relation relation : Relation.values()) {
        for (int offset = -1; offset <= 1; offset++) {
          boolean expected =
              switch (relation) {
                case EQUAL -> offset == 0;
                case NOT_EQUAL -> offset != 0;
                case LESS -> offset > 0;
                case GREATER -> offset < 0;
              };
          for (Condition condition : conditions(key, relation, nothing, offset)) {
            boolean ofValue = condition instanceof Condition.Value;
            assertThat(holds(store, condition)).as("%s", condition).isEqualTo(expected && !ofValue);
          }
        }
      }
    }
  }

  /** One condition on each part, whose operand is so far from what is stored. */
  private static List<Condition> conditions(Key key, Relation relation, Entry stored, int offset) {
    KeyRange range = KeyRange.single(key);
    byte letter = (byte) (stored.value().at(0) + offset);
    return List.of(
        new Condition.Value(range, relation, Bytes.of(letter)),
        new Condition.Version(range, relation, stored.version() + offset),
        new Condition.Created(range, relation, Revision.of(stored.created().value() + offset)),
        new Condition.Modified(range, relation, Revision.of(stored.modified().value() + offset)),
        new Condition.Lease(
            range, relation, LeaseId.of(stored.lease().orElse(LeaseId.NONE).value() + offset)));
  }

  private static boolean holds(Store store, Condition condition) {
    return store.keyValues().commit(Transaction.when(condition)).conditionsHeld();
  }

  /** A condition on a range speaks of every key in it; an empty range is like a missing key. */
  @Test
  @Case(44)
  @Verifies("G11")
  default void aConditionOnARangeSpeaksOfEveryKey() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      KeyRange range = space.below();
      Condition same = new Condition.Value(range, Relation.EQUAL, Bytes.utf8("x"));
      Condition other = new Condition.Value(range, Relation.NOT_EQUAL, Bytes.utf8("x"));
      Condition none = new Condition.Version(range, Relation.EQUAL, 0);
      Condition some = new Condition.Version(range, Relation.GREATER, 0);
      assertThat(holds(store, same)).isFalse();
      assertThat(holds(store, other)).isFalse();
      assertThat(holds(store, none)).isTrue();
      assertThat(holds(store, some)).isFalse();

      Revision first = store.keyValues().put(space.key("a"), Bytes.utf8("x"));
      store.keyValues().put(space.key("b"), Bytes.utf8("x"));
      assertThat(holds(store, same)).isTrue();
      assertThat(holds(store, some)).isTrue();
      assertThat(holds(store, none)).isFalse();
      assertThat(holds(store, Condition.noneModifiedAfter(range, first))).isFalse();
      Revision last = store.keyValues().put(space.key("c"), Bytes.utf8("y"));
      assertThat(holds(store, same)).isFalse();
      assertThat(holds(store, other)).isFalse();
      assertThat(holds(store, Condition.noneModifiedAfter(range, last))).isTrue();
    }
  }

  /** A transaction that changes nothing moves no revision, one that does moves it by one. */
  @Test
  @Case(46)
  @Verifies({"G1", "G2"})
  default void onlyAChangeMovesTheRevision() {
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      Key key = space.key("a");
      Revision one = Revision.of(1);

      assertThat(revisionOf(store, Transaction.of())).isEqualTo(one);
      assertThat(revisionOf(store, Transaction.of(Read.of(key)))).isEqualTo(one);
      assertThat(revisionOf(store, Transaction.when(Condition.exists(key)).then(Delete.of(key))))
          .isEqualTo(one);
      assertThat(revisionOf(store, Transaction.of(Transaction.of(Delete.of(key))))).isEqualTo(one);
      Commit commit =
          store
              .keyValues()
              .commit(
                  Transaction.of(
                      Put.of(key, Bytes.EMPTY),
                      Put.of(space.key("b"), Bytes.EMPTY),
                      Delete.of(space.key("c"))));
      assertThat(commit.revision()).isEqualTo(one.next());
      assertThat(store.keyValues().current()).isEqualTo(one.next());
      assertThat(store.keyValues().list(space.below()).entries())
          .hasSize(2)
          .allMatch(entry -> entry.modified().equals(one.next()));
    }
  }

  private static Revision revisionOf(Store store, Transaction transaction) {
    return store.keyValues().commit(transaction).revision();
  }

  /** Operations see what earlier ones of the same transaction did. */
  @Test
  @Case({47, 48, 49})
  @Verifies({"G2", "G5"})
  default void operationsSeeWhatEarlierOnesDid() {
    try (Store store = openEmpty()) {
      Key key = freshKey();
      Commit put =
          store
              .keyValues()
              .commit(Transaction.of(Read.of(key), Put.of(key, Bytes.utf8("new")), Read.of(key)));
      assertThat(put.read(0).entries()).isEmpty();
      Entry seen = put.read(2).entries().getFirst();
      assertThat(seen.value()).isEqualTo(Bytes.utf8("new"));
      assertThat(seen.modified()).isEqualTo(put.revision());
      assertThat(put.read(2).revision()).isEqualTo(put.revision());

      Commit again =
          store.keyValues().commit(Transaction.of(Read.of(key), Put.of(key, Bytes.utf8("newer"))));
      assertThat(again.read(0).entries()).containsExactly(seen);

      Commit deleted = store.keyValues().commit(Transaction.of(Delete.of(key), Read.of(key)));
      assertThat(deleted.delete(0).count()).isEqualTo(1);
      assertThat(deleted.read(1).entries()).isEmpty();
      assertThat(deleted.read(1).count()).isZero();
      Commit nothing = store.keyValues().commit(Transaction.of(Delete.of(key), Read.of(key)));
      assertThat(nothing.revision()).isEqualTo(deleted.revision());
    }
  }

  /** A key is written once on a path, and what cannot be is refused before anything happens. */
  @Test
  @Case({50, 51})
  @Verifies({"G4", "G12"})
  default void aKeyIsWrittenOnceOnAPath() {
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      Put put = Put.of(space.key("a"), Bytes.EMPTY);
      Put other = Put.of(space.key("b"), Bytes.EMPTY);
      Delete delete = Delete.of(space.below());
      List<Transaction> refused =
          List.of(
              Transaction.of(put, other, put),
              Transaction.of(other).otherwise(put, put),
              Transaction.of(put, Transaction.of(put)),
              Transaction.of(Transaction.of(put), put),
              Transaction.of(Transaction.of(put), Transaction.of().otherwise(put)),
              Transaction.of(put, delete),
              Transaction.of(delete, put),
              Transaction.of(Transaction.of(delete), put),
              Transaction.of(put, Transaction.of().otherwise(delete)));
      for (Transaction transaction : refused) {
        assertThatExceptionOfType(RequestRefusedException.class)
            .isThrownBy(() -> store.keyValues().commit(transaction))
            .returns(Reason.DUPLICATE_KEY, RequestRefusedException::reason);
      }
      assertThat(store.keyValues().current()).isEqualTo(Revision.of(1));

      List<Transaction> allowed =
          List.of(
              Transaction.of(put).otherwise(put),
              Transaction.of(Transaction.of(put).otherwise(delete)),
              Transaction.of(delete, delete),
              Transaction.of(put, Delete.of(space.key("b"))));
      for (Transaction transaction : allowed) {
        assertThat(store.keyValues().commit(transaction).conditionsHeld()).isTrue();
      }
    }
  }

  /** The number of operations is limited, and nested ones share what their parent left. */
  @Test
  @Case(52)
  @Verifies({"G12", "G13"})
  default void theNumberOfOperationsIsLimited() {
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      int limit = store.limits().operations();
      List<Transaction> refused =
          List.of(
              puts(space, limit + 1),
              Transaction.of().otherwise(puts(space, limit + 1).then().toArray(new Operation[0])),
              Transaction.when(
                  Collections.nCopies(limit + 1, Condition.absent(space.key("a")))
                      .toArray(new Condition[0])),
              Transaction.of(puts(space, limit)));
      for (Transaction transaction : refused) {
        assertThatExceptionOfType(RequestRefusedException.class)
            .isThrownBy(() -> store.keyValues().commit(transaction))
            .returns(Reason.TOO_MANY_OPERATIONS, RequestRefusedException::reason);
      }
      assertThat(store.keyValues().current()).isEqualTo(Revision.of(1));
      assertThat(store.keyValues().commit(puts(space, limit)).outcomes()).hasSize(limit);
      assertThat(
              store.keyValues().commit(Transaction.of(puts(space, limit - 1))).nested(0).outcomes())
          .hasSize(limit - 1);
    }
  }

  private static Transaction puts(KeySpace space, int count) {
    List<Operation> puts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      puts.add(Put.of(space.key("" + i), Bytes.EMPTY));
    }
    return new Transaction(List.of(), puts, List.of());
  }

  /** Conditions of nested transactions look at the state before the whole transaction. */
  @Test
  @Case(53)
  @Verifies("G5")
  default void nestedConditionsLookAtTheStateBeforeTheWhole() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      Key key = space.key("key");
      Key other = space.key("other");
      store.keyValues().put(key, Bytes.utf8("old"));
      Condition wasOld =
          new Condition.Value(KeyRange.single(key), Relation.EQUAL, Bytes.utf8("old"));

      Commit commit =
          store
              .keyValues()
              .commit(
                  Transaction.of(
                      Put.of(key, Bytes.utf8("new")),
                      Transaction.when(wasOld)
                          .then(Put.of(other, Bytes.EMPTY), Read.of(key))
                          .otherwise(Delete.of(other))));

      Commit nested = commit.nested(1);
      assertThat(nested.conditionsHeld()).isTrue();
      assertThat(nested.revision()).isEqualTo(commit.revision());
      assertThat(nested.put(0).revision()).isEqualTo(commit.revision());
      assertThat(nested.read(1).entries().getFirst().value()).isEqualTo(Bytes.utf8("new"));
    }
  }

  /** One part that cannot be refuses the whole, whatever is wrong with it. */
  @Test
  @Case({54, 55})
  @Verifies({"G4", "G12", "G38"})
  default void onePartThatCannotBeRefusesTheWhole() {
    try (Store store = openEmpty()) {
      KeySpace space = freshKeySpace();
      store.keyValues().put(space.key("old"), Bytes.EMPTY);
      Revision now = store.keyValues().put(space.key("old"), Bytes.EMPTY);
      store.keyValues().compact(now);
      Put good = Put.of(space.key("good"), Bytes.EMPTY);
      Put bad = Put.of(space.key("bad"), Bytes.EMPTY).withLease(LeaseId.of(99));
      Read lost = Read.of(space.key("old")).at(Revision.of(now.value() - 1));
      Read ahead = Read.of(space.key("old")).at(now.next());

      for (Operation part : List.of(bad, Transaction.of(bad))) {
        assertThatExceptionOfType(RequestRefusedException.class)
            .isThrownBy(() -> store.keyValues().commit(Transaction.of(good, part)))
            .returns(Reason.LEASE_NOT_FOUND, RequestRefusedException::reason);
      }
      for (Operation part : List.of(lost, Transaction.of(lost))) {
        assertThatExceptionOfType(HistoryLostException.class)
            .isThrownBy(() -> store.keyValues().commit(Transaction.of(good, part)))
            .returns(now, HistoryLostException::compacted);
      }
      assertThatExceptionOfType(RequestRefusedException.class)
          .isThrownBy(() -> store.keyValues().commit(Transaction.of(good, ahead)))
          .returns(Reason.FUTURE_REVISION, RequestRefusedException::reason);
      assertThat(store.keyValues().current()).isEqualTo(now);
      assertThat(store.keyValues().get(space.key("good"))).isEmpty();
    }
  }

  /** Changes of one transaction come in the order of its operations, at one revision. */
  @Test
  @Case(57)
  @Verifies({"G4", "G24", "G27"})
  default void changesComeInTheOrderOfOperations() {
    try (Store store = open()) {
      KeySpace space = freshKeySpace();
      store.keyValues().put(space.key("a"), Bytes.EMPTY);
      try (Watch watch = store.watches().open(WatchOptions.of(space.below()))) {
        Commit commit =
            store
                .keyValues()
                .commit(
                    Transaction.of(
                        Put.of(space.key("c"), Bytes.EMPTY),
                        Delete.of(space.key("a")),
                        Put.of(space.key("b"), Bytes.EMPTY)));

        WatchBatch batch = Deliveries.of(watch, this).nextChanges();
        assertThat(batch.revision()).isEqualTo(commit.revision());
        assertThat(batch.changes())
            .extracting(Change::key)
            .containsExactly(space.key("c"), space.key("a"), space.key("b"));
        assertThat(batch.changes())
            .extracting(Change::kind)
            .containsExactly(Change.Kind.PUT, Change.Kind.DELETE, Change.Kind.PUT);
        assertThat(batch.changes()).allMatch(change -> change.revision().equals(commit.revision()));
      }
    }
  }
}
