package dev.plinth.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.RequestRefusedException.Reason;
import java.time.Duration;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

final class RequestRulesTest {
  private static final StoreLimits LIMITS =
      new StoreLimits(
          8, 2_000, Duration.ofSeconds(2), Duration.ofSeconds(100), Duration.ZERO, Duration.ZERO);
  private static final Key A = Key.utf8("a");
  private static final Key B = Key.utf8("b");
  private static final Key C = Key.utf8("c");

  private static Put put(Key key) {
    return Put.of(key, Bytes.EMPTY);
  }

  private static void refuses(Transaction transaction, Reason reason) {
    assertThatThrownBy(() -> RequestRules.check(transaction, LIMITS))
        .asInstanceOf(InstanceOfAssertFactories.type(RequestRefusedException.class))
        .extracting(RequestRefusedException::reason)
        .isEqualTo(reason);
  }

  private static void accepts(Transaction transaction) {
    assertThatCode(() -> RequestRules.check(transaction, LIMITS)).doesNotThrowAnyException();
  }

  @Test
  void emptyKeysAreRefusedWhereverTheyStand() {
    Key none = Key.of();
    refuses(Transaction.of(put(none)), Reason.KEY_NOT_PROVIDED);
    refuses(Transaction.of(Delete.of(none)), Reason.KEY_NOT_PROVIDED);
    refuses(Transaction.of(Read.of(none)), Reason.KEY_NOT_PROVIDED);
    refuses(Transaction.when(Condition.absent(none)), Reason.KEY_NOT_PROVIDED);
    refuses(Transaction.when().otherwise(put(none)), Reason.KEY_NOT_PROVIDED);
    refuses(Transaction.of(Transaction.of(put(none))), Reason.KEY_NOT_PROVIDED);
    assertThatThrownBy(() -> RequestRules.check(Read.of(none)))
        .isInstanceOf(RequestRefusedException.class);
    assertThatThrownBy(() -> RequestRules.check(WatchOptions.of(KeyRange.from(none))))
        .isInstanceOf(RequestRefusedException.class);
  }

  @Test
  void watchesOfNothingAreRefused() {
    assertThatThrownBy(() -> RequestRules.check(WatchOptions.of(KeyRange.between(B, A))))
        .hasMessageStartingWith("watch range is empty");
    assertThatCode(() -> RequestRules.check(WatchOptions.of(KeyRange.single(A))))
        .doesNotThrowAnyException();
  }

  @Test
  void operationsAreCountedPerBranch() {
    accepts(Transaction.when().then(puts(8)).otherwise(puts(8)));
    refuses(Transaction.of(puts(9)), Reason.TOO_MANY_OPERATIONS);
    refuses(Transaction.when().otherwise(puts(9)), Reason.TOO_MANY_OPERATIONS);
    Condition[] conditions =
        IntStream.range(0, 9).mapToObj(i -> Condition.absent(A)).toArray(Condition[]::new);
    refuses(Transaction.when(conditions), Reason.TOO_MANY_OPERATIONS);
  }

  @Test
  void aNestedTransactionSharesWhatItsParentLeft() {
    // The parent has one operation, the nested one may have the other seven.
    accepts(Transaction.of(Transaction.of(puts(7))));
    refuses(Transaction.of(Transaction.of(puts(8))), Reason.TOO_MANY_OPERATIONS);
    // Conditions of the parent count as well as its operations: the larger number of them.
    accepts(
        Transaction.when(Condition.absent(A), Condition.absent(B), Condition.absent(C))
            .then(Transaction.of(puts(5))));
    refuses(
        Transaction.when(Condition.absent(A), Condition.absent(B), Condition.absent(C))
            .then(Transaction.of(puts(6))),
        Reason.TOO_MANY_OPERATIONS);
    // Two nested ones beside each other do not share with each other.
    accepts(Transaction.of(Transaction.of(puts("x", 6)), Transaction.of(puts("y", 6))));
    // Three levels.
    accepts(Transaction.of(Transaction.of(Transaction.of(puts(6)))));
    refuses(Transaction.of(Transaction.of(Transaction.of(puts(7)))), Reason.TOO_MANY_OPERATIONS);
  }

  private static Operation[] puts(int count) {
    return puts("k", count);
  }

  private static Operation[] puts(String name, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> put(Key.utf8(name + i)))
        .toArray(Operation[]::new);
  }

  @Test
  void oneKeyIsWrittenOnceOnAPath() {
    refuses(Transaction.of(put(A), put(A)), Reason.DUPLICATE_KEY);
    refuses(Transaction.of(put(A), Delete.of(A)), Reason.DUPLICATE_KEY);
    refuses(Transaction.of(Delete.of(KeyRange.between(A, C)), put(B)), Reason.DUPLICATE_KEY);
    refuses(Transaction.when().otherwise(put(A), put(A)), Reason.DUPLICATE_KEY);
    accepts(Transaction.of(Delete.of(KeyRange.between(A, C)), put(C)));
    accepts(Transaction.of(Delete.of(A), Delete.of(A)));
    accepts(Transaction.of(put(A), Read.of(A)));
    accepts(Transaction.when().then(put(A)).otherwise(put(A)));
  }

  @Test
  void branchesOfANestedTransactionMayShareKeysButNotWithThePath() {
    Transaction either = Transaction.when(Condition.absent(C)).then(put(A)).otherwise(put(A));
    accepts(Transaction.of(either));
    accepts(Transaction.of(either, put(B)));
    refuses(Transaction.of(either, put(A)), Reason.DUPLICATE_KEY);
    refuses(Transaction.of(put(A), either), Reason.DUPLICATE_KEY);
    refuses(Transaction.of(Delete.of(KeyRange.from(A)), either), Reason.DUPLICATE_KEY);
    refuses(Transaction.of(either, either), Reason.DUPLICATE_KEY);
    accepts(
        Transaction.of(Transaction.when(Condition.absent(C)).then(put(A)).otherwise(Delete.of(A))));
    refuses(
        Transaction.of(
            Transaction.when(Condition.absent(C)).then(put(B)).otherwise(Delete.of(A)), put(A)),
        Reason.DUPLICATE_KEY);
    refuses(Transaction.of(Transaction.of(put(A), put(A))), Reason.DUPLICATE_KEY);
  }

  @Test
  void sizeIsRefusedAboveTheLimitAndCountedGenerously() {
    Bytes value = Bytes.of(new byte[500]);
    Transaction transaction = Transaction.of(Put.of(A, value));
    assertThat(RequestRules.sizeOf(transaction)).isBetween(501L, 501L + 500);
    accepts(transaction);
    refuses(Transaction.of(Put.of(A, Bytes.of(new byte[2_000]))), Reason.REQUEST_TOO_LARGE);
    refuses(
        Transaction.when(
            new Condition.Value(KeyRange.single(A), Relation.EQUAL, Bytes.of(new byte[2_000]))),
        Reason.REQUEST_TOO_LARGE);
    refuses(
        Transaction.of(Transaction.when().otherwise(Put.of(A, Bytes.of(new byte[2_000])))),
        Reason.REQUEST_TOO_LARGE);
  }

  @Test
  void theLimitItselfIsAccepted() {
    long overhead = RequestRules.sizeOf(Transaction.of(Put.of(A, Bytes.EMPTY)));
    int largest = Math.toIntExact(LIMITS.requestBytes() - overhead);
    accepts(Transaction.of(Put.of(A, Bytes.of(new byte[largest]))));
    refuses(Transaction.of(Put.of(A, Bytes.of(new byte[largest + 1]))), Reason.REQUEST_TOO_LARGE);
  }

  @Test
  void timesToLiveAreRoundedUpToWholeSecondsAndRaisedToTheShortest() {
    assertThat(RequestRules.grantableTtl(Duration.ofNanos(1), LIMITS)).hasSeconds(2);
    assertThat(RequestRules.grantableTtl(Duration.ofSeconds(1), LIMITS)).hasSeconds(2);
    assertThat(RequestRules.grantableTtl(Duration.ofSeconds(2), LIMITS)).hasSeconds(2);
    assertThat(RequestRules.grantableTtl(Duration.ofMillis(2_001), LIMITS)).hasSeconds(3);
    assertThat(RequestRules.grantableTtl(Duration.ofSeconds(99).plusNanos(1), LIMITS))
        .hasSeconds(100);
    assertThat(RequestRules.grantableTtl(Duration.ofSeconds(100), LIMITS)).hasSeconds(100);
  }

  @Test
  void timesToLiveOutOfRangeAreRefused() {
    for (Duration asked :
        new Duration[] {
          Duration.ZERO,
          Duration.ofNanos(-1),
          Duration.ofSeconds(-5),
          Duration.ofSeconds(100).plusNanos(1),
          Duration.ofSeconds(Long.MAX_VALUE, 999_999_999)
        }) {
      assertThatThrownBy(() -> RequestRules.grantableTtl(asked, LIMITS))
          .as(asked.toString())
          .asInstanceOf(InstanceOfAssertFactories.type(RequestRefusedException.class))
          .extracting(RequestRefusedException::reason)
          .isEqualTo(Reason.TTL_OUT_OF_RANGE);
    }
  }
}
