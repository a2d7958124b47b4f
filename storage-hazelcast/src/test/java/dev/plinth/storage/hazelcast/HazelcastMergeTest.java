package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.Put;
import dev.plinth.spi.Transaction;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** H12: what owners, replicas and offers do with what is acknowledged, without a network. */
final class HazelcastMergeTest {
  private static final UUID DATA = new UUID(1, 1);
  private static final UUID CLIENT = new UUID(2, 2);
  private static final HazelcastState START = HazelcastState.create(DATA);

  /** Of another member, which wrote more than once. */
  private static final HazelcastState LATER = later();

  @SuppressWarnings("NullAway.Init")
  private TestMember member;

  @SuppressWarnings("NullAway.Init")
  private Acknowledgements known;

  @BeforeEach
  void start() {
    member = TestMember.alone(TestMember.RULES);
    known = HazelcastNode.of(member.instance()).orElseThrow().acknowledgements();
  }

  @AfterEach
  void stop() {
    member.close();
  }

  private static HazelcastState later() {
    StateEdit edit = START.edit();
    Answer unused = edit.apply(new Request.TakeOver(new UUID(7, 7)));
    for (int i = 0; i < 5; i++) {
      Answer unusedToo = edit.apply(write());
    }
    return edit.finish();
  }

  private static Request.Write write() {
    return new Request.Write(Transaction.of(Put.of(Key.utf8("key"), Bytes.EMPTY)));
  }

  private static Map.Entry<String, HazelcastState> replica(@Nullable HazelcastState state) {
    return new AbstractMap.SimpleEntry<>("keyspace", state);
  }

  private HazelcastBatch batch(long sequence, Optional<HazelcastState.Position> acknowledged) {
    HazelcastBatch batch =
        new HazelcastBatch(
            BatchMode.WRITES,
            member.instance().getCluster().getLocalMember().getUuid(),
            Optional.of(DATA),
            acknowledged,
            CLIENT,
            sequence,
            false,
            List.of(RequestCodec.encode(write())));
    batch.setHazelcastInstance(member.instance());
    return batch;
  }

  private static BatchOutcome run(HazelcastBatch batch, Map.Entry<String, HazelcastState> owner) {
    return BatchOutcome.decode(batch.process(owner));
  }

  private void backUp(HazelcastBatch batch, Map.Entry<String, HazelcastState> replica) {
    EntryProcessor<String, HazelcastState, byte[]> backup = batch.getBackupProcessor();
    assertThat(backup).isNotNull();
    ((HazelcastInstanceAware) backup).setHazelcastInstance(member.instance());
    Object unused = ((EntryProcessor<String, HazelcastState, ?>) backup).process(replica);
  }

  /** Whoever confirms what a client is told has heard before that its owner has begun. */
  @Test
  void anOwnerServesOnceItIsToldThatItHasBegun() {
    var owner = replica(START);
    var backup = replica(START);
    HazelcastBatch first = batch(1, Optional.empty());
    assertThat(run(first, owner)).isEqualTo(new BatchOutcome.Begun(owner.getValue().position()));
    assertThat(owner.getValue().terms()).hasSize(1);
    assertThat(owner.getValue().keyspace().revision())
        .as("nothing is carried out")
        .isEqualTo(START.keyspace().revision());
    backUp(first, backup);
    assertThat(backup.getValue().position()).isEqualTo(owner.getValue().position());

    HazelcastState.Position begun = owner.getValue().position();
    assertThat(run(batch(1, Optional.empty()), owner)).isEqualTo(new BatchOutcome.Begun(begun));
    HazelcastBatch second = batch(1, Optional.of(begun));
    assertThat(run(second, owner)).isInstanceOf(BatchOutcome.Served.class);
    backUp(second, backup);
    assertThat(backup.getValue().keyspace().digest())
        .isEqualTo(owner.getValue().keyspace().digest());
  }

  @Test
  void anOwnerThatLacksWhatWasAcknowledgedServesNobody() {
    var owner = replica(START);
    HazelcastBatch told = batch(1, Optional.of(LATER.position()));
    assertThat(run(told, owner)).isInstanceOf(BatchOutcome.NotServed.class);
    HazelcastBatch another = batch(1, Optional.empty());
    assertThat(run(another, owner)).isInstanceOf(BatchOutcome.NotServed.class);
    assertThat(another.getBackupProcessor()).isNull();
    assertThat(owner.getValue()).isSameAs(START);
    assertThat(run(batch(2, Optional.empty()), replica(LATER)))
        .as("one that has it takes over")
        .isInstanceOf(BatchOutcome.Begun.class);
  }

  @Test
  void aReplicaThatKnowsMoreDoesNotFollow() {
    var backup = replica(START);
    HazelcastBatch batch = batch(1, Optional.empty());
    BatchOutcome unused = run(batch, replica(START));
    var later = replica(LATER);
    HazelcastBatch ofLater = batch(1, Optional.empty());
    BatchOutcome unusedToo = run(ofLater, later);
    known.note(LATER.position());
    assertThatExceptionOfType(HazelcastException.class)
        .isThrownBy(() -> backUp(batch, backup))
        .withMessageContaining("lacks what was acknowledged");
    assertThat(backup.getValue()).isSameAs(START);
    assertThatExceptionOfType(HazelcastException.class)
        .as("one that is behind asks for a copy")
        .isThrownBy(() -> backUp(ofLater, backup))
        .withMessageContaining("is at 0");
  }

  private boolean isThere(
      Optional<HazelcastState> offered, Map.Entry<String, HazelcastState> owner) {
    HazelcastOffer offer = new HazelcastOffer(LATER.position(), offered);
    offer.setHazelcastInstance(member.instance());
    return offer.process(owner);
  }

  @Test
  void anOfferTakesThePlaceOfWhatLacksSomething() {
    var owner = replica(START);
    assertThat(isThere(Optional.empty(), owner)).isFalse();
    assertThat(known.last(DATA)).contains(LATER.position());
    assertThat(owner.getValue()).isSameAs(START);
    assertThat(isThere(Optional.of(LATER), owner)).isTrue();
    assertThat(owner.getValue()).isSameAs(LATER);
    assertThat(isThere(Optional.empty(), owner)).isTrue();
    assertThat(isThere(Optional.of(LATER), owner)).isTrue();
    assertThat(owner.getValue()).isSameAs(LATER);
  }

  @Test
  void anOfferTakesThePlaceOfWhatIsLostButNotOfOtherData() {
    var lost = replica(null);
    assertThat(isThere(Optional.empty(), lost)).isFalse();
    assertThat(isThere(Optional.of(LATER), lost)).isTrue();
    assertThat(lost.getValue()).isSameAs(LATER);
    HazelcastState other = HazelcastState.create(CLIENT);
    var others = replica(other);
    assertThat(isThere(Optional.of(LATER), others)).isTrue();
    assertThat(others.getValue()).isSameAs(other);
  }

  /** One that knows of more than what is offered must not count as one that has all. */
  @Test
  void aReplicaTakesAnOfferOrThrows() {
    HazelcastOffer offer = new HazelcastOffer(LATER.position(), Optional.of(LATER));
    EntryProcessor<String, HazelcastState, Boolean> onReplica = offer.getBackupProcessor();
    assertThat(onReplica).isNotNull();
    ((HazelcastInstanceAware) onReplica).setHazelcastInstance(member.instance());
    var fresh = replica(null);
    Object unused = onReplica.process(fresh);
    assertThat(fresh.getValue()).isSameAs(LATER);
    StateEdit edit = LATER.edit();
    Answer unusedToo = edit.apply(new Request.TakeOver(CLIENT));
    known.note(edit.finish().position());
    assertThatExceptionOfType(HazelcastException.class)
        .isThrownBy(() -> onReplica.process(replica(START)));
    HazelcastOffer question = new HazelcastOffer(LATER.position(), Optional.empty());
    assertThat(question.getBackupProcessor()).isNull();
  }

  @Test
  void anOfferThatLacksSomethingItselfIsNotTaken() {
    StateEdit edit = LATER.edit();
    Answer unused = edit.apply(new Request.TakeOver(CLIENT));
    known.note(edit.finish().position());
    var owner = replica(START);
    assertThat(isThere(Optional.of(LATER), owner)).isFalse();
    assertThat(owner.getValue()).isSameAs(START);
  }
}
