package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.Put;
import dev.plinth.spi.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** H12: what is known to be acknowledged, and which data has it. */
final class AcknowledgementsTest {
  private static final UUID DATA = new UUID(1, 1);
  private static final UUID FIRST = new UUID(2, 2);
  private static final UUID SECOND = new UUID(3, 3);

  private static final HazelcastState START = HazelcastState.create(DATA);
  private static final HazelcastState OF_FIRST = written(takenOver(START, FIRST), 10);

  /** Neither knows of the other: both go on from the same state. */
  private static final HazelcastState LATER = written(takenOver(OF_FIRST, SECOND), 5);

  private static final HazelcastState STALE = written(OF_FIRST, 20);

  private final Acknowledgements known = Acknowledgements.ofOneHistory();

  private static HazelcastState takenOver(HazelcastState state, UUID owner) {
    StateEdit edit = state.edit();
    Answer unused = edit.apply(new Request.TakeOver(owner));
    return edit.finish();
  }

  private static HazelcastState written(HazelcastState state, int times) {
    StateEdit edit = state.edit();
    for (int i = 0; i < times; i++) {
      Answer unused =
          edit.apply(new Request.Write(Transaction.of(Put.of(Key.utf8("key"), Bytes.EMPTY))));
    }
    return edit.finish();
  }

  @Test
  void dataContinuesWhatItWentThrough() {
    assertThat(List.of(START, takenOver(START, FIRST), OF_FIRST, LATER))
        .allMatch(state -> LATER.continues(state.position()));
    assertThat(OF_FIRST.continues(LATER.position())).as("what comes after it").isFalse();
    assertThat(STALE.index()).isGreaterThan(LATER.index());
    assertThat(STALE.continues(LATER.position())).as("of another owner").isFalse();
    assertThat(LATER.continues(STALE.position())).isFalse();
    assertThat(LATER.continues(written(OF_FIRST, 2).position()))
        .as("what the former owner did after it was replaced")
        .isFalse();
  }

  @Test
  void twoThatTookOverAtOnceDoNotContinueOneAnother() {
    HazelcastState one = takenOver(OF_FIRST, SECOND);
    HazelcastState other = takenOver(OF_FIRST, new UUID(4, 4));
    assertThat(one.continues(other.position())).isFalse();
    assertThat(takenOver(takenOver(one, FIRST), SECOND).continues(other.position())).isFalse();
  }

  @Test
  void ofTimesThatAreForgottenEverythingIsBelieved() {
    HazelcastState state = OF_FIRST;
    HazelcastState kept = OF_FIRST;
    for (int i = 0; i < StateEdit.TERMS; i++) {
      kept = i == 1 ? state : kept;
      state = takenOver(state, i % 2 == 0 ? SECOND : FIRST);
    }
    assertThat(state.terms()).hasSize(StateEdit.TERMS);
    assertThat(state.terms().getLast().number()).isEqualTo(StateEdit.TERMS + 1);
    assertThat(state.continues(kept.position())).isTrue();
    assertThat(state.continues(OF_FIRST.position())).as("forgotten").isTrue();
    HazelcastState.Term never = new HazelcastState.Term(9, FIRST, 2);
    assertThat(state.continues(new HazelcastState.Position(DATA, 3, Optional.of(never))))
        .as("a term that is known is not of that time")
        .isFalse();
  }

  @Test
  void onlyTheFurthestCounts() {
    assertThat(known.areIn(START)).isTrue();
    known.note(OF_FIRST.position());
    known.note(START.position());
    assertThat(known.last(DATA)).contains(OF_FIRST.position());
    assertThat(known.areIn(START)).isFalse();
    assertThat(known.areIn(STALE)).isTrue();
    known.note(LATER.position());
    assertThat(known.areIn(STALE)).isFalse();
    assertThat(known.areIn(LATER)).isTrue();
    assertThat(known.areIn(HazelcastState.create(FIRST))).as("other data").isTrue();
  }

  @Test
  void whereAMinorityMayServeNothingIsKnown() {
    Acknowledgements none = Acknowledgements.ofMany();
    none.note(LATER.position());
    assertThat(none.last(DATA)).isEmpty();
    assertThat(none.areIn(STALE)).isTrue();
  }

  @Test
  void aLaterTermIsFurtherThanMoreSteps() {
    known.note(STALE.position());
    known.note(LATER.position());
    known.note(STALE.position());
    assertThat(STALE.index()).isGreaterThan(LATER.index());
    assertThat(known.last(DATA)).contains(LATER.position());
  }

  /** It must not happen; if it does, nobody refuses what another one follows. */
  @Test
  void ofTermsOfOneNumberEverybodyPrefersTheSame() {
    HazelcastState one = takenOver(OF_FIRST, SECOND);
    HazelcastState other = written(takenOver(OF_FIRST, new UUID(4, 4)), 3);
    Acknowledgements elsewhere = Acknowledgements.ofOneHistory();
    known.note(one.position());
    known.note(other.position());
    elsewhere.note(other.position());
    elsewhere.note(one.position());
    assertThat(known.last(DATA)).isEqualTo(elsewhere.last(DATA));
    elsewhere.note(written(one, 9).position());
    assertThat(elsewhere.last(DATA)).as("however many steps").contains(other.position());
  }

  @Test
  void anOwnerBeginsWithSomethingOfItsTerm() {
    known.note(OF_FIRST.position());
    assertThat(known.haveBegun(STALE.position())).isTrue();
    assertThat(known.haveBegun(LATER.position())).isFalse();
    assertThat(Acknowledgements.ofMany().haveBegun(LATER.position())).isTrue();
  }
}
