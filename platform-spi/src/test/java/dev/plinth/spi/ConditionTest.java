package dev.plinth.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class ConditionTest {
  private static final Key KEY = Key.utf8("k");
  private static final KeyRange RANGE = KeyRange.single(KEY);
  private static final Entry ENTRY =
      new Entry(
          KEY, Bytes.utf8("m"), Revision.of(5), Revision.of(9), 3, Optional.of(LeaseId.of(7)));

  private static String holding(Function<Relation, Condition> condition) {
    StringBuilder holding = new StringBuilder();
    for (Relation relation : Relation.values()) {
      if (condition.apply(relation).holdsFor(ENTRY)) {
        holding.append(relation).append(' ');
      }
    }
    return holding.toString().strip();
  }

  private static String holdingForMissing(Function<Relation, Condition> condition) {
    StringBuilder holding = new StringBuilder();
    for (Relation relation : Relation.values()) {
      if (condition.apply(relation).holdsForMissing()) {
        holding.append(relation).append(' ');
      }
    }
    return holding.toString().strip();
  }

  @Test
  void everyTargetIsComparedWithWhatIsStored() {
    assertThat(holding(r -> new Condition.Version(RANGE, r, 3))).isEqualTo("EQUAL");
    assertThat(holding(r -> new Condition.Version(RANGE, r, 4))).isEqualTo("NOT_EQUAL LESS");
    assertThat(holding(r -> new Condition.Created(RANGE, r, Revision.of(4))))
        .isEqualTo("NOT_EQUAL GREATER");
    assertThat(holding(r -> new Condition.Modified(RANGE, r, Revision.of(9)))).isEqualTo("EQUAL");
    assertThat(holding(r -> new Condition.Lease(RANGE, r, LeaseId.of(7)))).isEqualTo("EQUAL");
    assertThat(holding(r -> new Condition.Lease(RANGE, r, LeaseId.NONE)))
        .isEqualTo("NOT_EQUAL GREATER");
    assertThat(holding(r -> new Condition.Value(RANGE, r, Bytes.utf8("n"))))
        .isEqualTo("NOT_EQUAL LESS");
    assertThat(holding(r -> new Condition.Value(RANGE, r, Bytes.utf8("m")))).isEqualTo("EQUAL");
  }

  @Test
  void aMissingKeyHasZeroOfEverythingAndNoValue() {
    assertThat(holdingForMissing(r -> new Condition.Version(RANGE, r, 0))).isEqualTo("EQUAL");
    assertThat(holdingForMissing(r -> new Condition.Version(RANGE, r, 1)))
        .isEqualTo("NOT_EQUAL LESS");
    assertThat(holdingForMissing(r -> new Condition.Created(RANGE, r, Revision.ZERO)))
        .isEqualTo("EQUAL");
    assertThat(holdingForMissing(r -> new Condition.Modified(RANGE, r, Revision.of(-1))))
        .isEqualTo("NOT_EQUAL GREATER");
    assertThat(holdingForMissing(r -> new Condition.Lease(RANGE, r, LeaseId.NONE)))
        .isEqualTo("EQUAL");
    assertThat(holdingForMissing(r -> new Condition.Value(RANGE, r, Bytes.EMPTY))).isEmpty();
  }

  @Test
  void theShortFormsMeanWhatTheySay() {
    assertThat(Condition.absent(KEY).holdsFor(ENTRY)).isFalse();
    assertThat(Condition.absent(KEY).holdsForMissing()).isTrue();
    assertThat(Condition.exists(KEY).holdsFor(ENTRY)).isTrue();
    assertThat(Condition.exists(KEY).holdsForMissing()).isFalse();
    assertThat(Condition.unchanged(ENTRY).holdsFor(ENTRY)).isTrue();
    assertThat(Condition.unchanged(ENTRY).holdsForMissing()).isFalse();
    assertThat(Condition.noneModifiedAfter(RANGE, Revision.of(9)).holdsFor(ENTRY)).isTrue();
    assertThat(Condition.noneModifiedAfter(RANGE, Revision.of(8)).holdsFor(ENTRY)).isFalse();
    assertThat(Condition.noneModifiedAfter(RANGE, Revision.of(8)).holdsForMissing()).isTrue();
  }
}
