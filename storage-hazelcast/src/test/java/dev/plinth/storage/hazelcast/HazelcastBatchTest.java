package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a batch does to the owner's state, and its backup to a replica's, without a network. */
final class HazelcastBatchTest {
  private static final Key KEY = Key.utf8("key");
  private static final UUID CLIENT = new UUID(1, 2);
  private static final UUID DATA = new UUID(3, 4);

  private final AtomicBoolean tooFewReplicas = new AtomicBoolean();

  @SuppressWarnings("NullAway.Init")
  private TestMember member;

  @BeforeEach
  void start() {
    member =
        TestMember.start(
            TestMember.config("batch-" + UUID.randomUUID(), List.of(), 0),
            TestMember.RULES,
            (instance, keyspace) -> {
              if (tooFewReplicas.get()) {
                throw new HazelcastException("too few replicas");
              }
            },
            // So that each batch of a new owner is carried out at once; H12 has tests of its own.
            Acknowledgements.ofMany());
  }

  @AfterEach
  void stop() {
    member.close();
  }

  /** One replica: an entry that counts how often it was set. */
  private static final class Replica implements Map.Entry<String, HazelcastState> {
    private @Nullable HazelcastState state;
    private int sets;

    Replica(@Nullable HazelcastState state) {
      this.state = state;
    }

    @Override
    public String getKey() {
      return "keyspace";
    }

    @Override
    @SuppressWarnings("NullAway") // as an entry that was lost
    public HazelcastState getValue() {
      return state;
    }

    @Override
    @SuppressWarnings("NullAway") // as an entry that was lost
    public HazelcastState setValue(HazelcastState next) {
      HazelcastState before = state;
      state = next;
      sets++;
      return before;
    }

    HazelcastState known() {
      HazelcastState there = state;
      assertThat(there).isNotNull();
      return there;
    }
  }

  private UUID sender() {
    return member.instance().getCluster().getLocalMember().getUuid();
  }

  private HazelcastBatch batch(BatchMode mode, long sequence, boolean again, Request... requests) {
    List<byte[]> encoded = new ArrayList<>();
    for (Request request : requests) {
      encoded.add(RequestCodec.encode(request));
    }
    HazelcastBatch batch =
        new HazelcastBatch(
            mode, sender(), Optional.of(DATA), Optional.empty(), CLIENT, sequence, again, encoded);
    batch.setHazelcastInstance(member.instance());
    return batch;
  }

  private static Request put(String value) {
    return new Request.Write(Transaction.of(Put.of(KEY, Bytes.utf8(value))));
  }

  private static BatchOutcome run(HazelcastBatch batch, Replica replica) {
    return BatchOutcome.decode(batch.process(replica));
  }

  private void backUp(HazelcastBatch batch, Replica replica) {
    EntryProcessor<String, HazelcastState, byte[]> backup = batch.getBackupProcessor();
    assertThat(backup).isNotNull();
    ((HazelcastInstanceAware) backup).setHazelcastInstance(member.instance());
    Object unused = ((EntryProcessor<String, HazelcastState, ?>) backup).process(replica);
  }

  private static Replica fresh() {
    return new Replica(HazelcastState.create(DATA));
  }

  private static String digest(Replica replica) {
    return replica.known().keyspace().digest();
  }

  /** H1: the state is replaced once, at the end, and a failure on the way leaves no trace. */
  @Test
  void h1AFailureOnTheWayLeavesNoTrace() {
    Replica owner = fresh();
    HazelcastState before = owner.known();
    HazelcastBatch broken = batch(BatchMode.WRITES, 1, false, put("1"), new Request.TakeOver(DATA));
    assertThatThrownBy(() -> broken.process(owner)).isInstanceOf(IllegalArgumentException.class);
    assertThat(owner.known()).isSameAs(before);
    assertThat(owner.sets).isZero();

    assertThat(run(batch(BatchMode.WRITES, 1, false, put("1"), put("2")), owner))
        .isInstanceOf(BatchOutcome.Served.class);
    assertThat(owner.sets).isEqualTo(1);
    assertThat(before.keyspace().get(KEY)).isNull();
  }

  /** H3: a batch that is sent again is answered as before, and applied once. */
  @Test
  void h3ABatchThatIsSentAgainIsAppliedOnce() {
    Replica owner = fresh();
    BatchOutcome.Served first =
        (BatchOutcome.Served) run(batch(BatchMode.WRITES, 1, false, put("1")), owner);
    BatchOutcome.Served again =
        (BatchOutcome.Served) run(batch(BatchMode.WRITES, 1, true, put("1")), owner);
    assertThat(again.answers()).isEqualTo(first.answers());
    assertThat(owner.known().keyspace().revision().value()).isEqualTo(2);
  }

  /** H3: a batch that comes after a later one of its client is not applied any more. */
  @Test
  void h3ABatchThatWasOvertakenIsNotApplied() {
    Replica owner = fresh();
    BatchOutcome unused = run(batch(BatchMode.WRITES, 2, false, put("2")), owner);
    assertThat(run(batch(BatchMode.WRITES, 1, false, put("1")), owner))
        .isInstanceOf(BatchOutcome.Unknown.class);
    assertThat(owner.known().keyspace().revision().value()).isEqualTo(2);
  }

  /** H3: what is remembered is bounded, and what was forgotten is not applied a second time. */
  @Test
  void h3WhatIsRememberedIsBounded() {
    HazelcastState state = HazelcastState.create(DATA);
    for (int i = 0; i < 3 * StateEdit.CLIENTS; i++) {
      StateEdit edit = state.edit();
      Answer unused = edit.apply(new Request.Remember(new UUID(9, i), 1, Optional.of(Bytes.EMPTY)));
      state = edit.finish();
    }
    assertThat(state.clients()).hasSize(StateEdit.CLIENTS);
    assertThat(state.clients()).containsKey(new UUID(9, 3L * StateEdit.CLIENTS - 1));
    assertThat(run(batch(BatchMode.WRITES, 5, true, put("1")), new Replica(state)))
        .isInstanceOf(BatchOutcome.Unknown.class);
  }

  /** H3: a batch for other data is refused. */
  @Test
  void h3ABatchForOtherDataIsRefused() {
    Replica other = new Replica(HazelcastState.create(UUID.randomUUID()));
    assertThat(run(batch(BatchMode.WRITES, 1, false, put("1")), other))
        .isInstanceOf(BatchOutcome.Lost.class);
    assertThat(other.sets).isZero();
  }

  /** H4: backups make of the same batches the same state. */
  @Test
  void h4ABackupComesToTheSameState() {
    Replica owner = fresh();
    Replica replica = fresh();
    for (int i = 1; i <= 50; i++) {
      HazelcastBatch batch = batch(BatchMode.WRITES, i, false, put("a" + i), put("b" + i));
      BatchOutcome unused = run(batch, owner);
      backUp(batch, replica);
    }
    assertThat(digest(replica)).isEqualTo(digest(owner));
    assertThat(replica.known().index()).isEqualTo(owner.known().index());
    assertThat(replica.known().clients()).isEqualTo(owner.known().clients());
  }

  /** H4: a backup that comes twice changes nothing, one that misses its predecessor throws. */
  @Test
  void h4ABackupIsAppliedOnceAndNeverAfterAGap() {
    Replica owner = fresh();
    Replica replica = fresh();
    Replica behind = fresh();
    HazelcastBatch first = batch(BatchMode.WRITES, 1, false, put("1"));
    BatchOutcome unused = run(first, owner);
    backUp(first, replica);
    HazelcastState once = replica.known();
    backUp(first, replica);
    assertThat(replica.known()).isSameAs(once);

    HazelcastBatch second = batch(BatchMode.WRITES, 2, false, put("2"));
    BatchOutcome unusedToo = run(second, owner);
    assertThatThrownBy(() -> backUp(second, behind))
        .isInstanceOf(HazelcastException.class)
        .hasMessageContaining("is at 0");
    assertThat(behind.sets).isZero();
  }

  /** H4: the backup of an owner that was overtaken throws, so nobody is told that it is safe. */
  @Test
  void h4ABackupOfAnOldOwnerThrows() {
    Replica old = fresh();
    Replica replica = fresh();
    HazelcastBatch ofTheNew =
        new HazelcastBatch(
            BatchMode.WRITES,
            sender(),
            Optional.of(DATA),
            Optional.empty(),
            new UUID(7, 7),
            1,
            false,
            List.of(RequestCodec.encode(put("new"))));
    ofTheNew.setHazelcastInstance(member.instance());
    BatchOutcome unused = run(ofTheNew, fresh());
    backUp(ofTheNew, replica);

    HazelcastBatch ofTheOld = batch(BatchMode.WRITES, 1, false, put("old"));
    BatchOutcome unusedToo = run(ofTheOld, old);
    assertThatThrownBy(() -> backUp(ofTheOld, replica)).isInstanceOf(HazelcastException.class);
  }

  /**
   * H4: an index alone does not say where a replica is. An owner that was replaced and does not
   * know it counts on, too; where its successor is by then it must not be confirmed, nor copied
   * from.
   */
  @Test
  void h4AReplicaThatFollowsALaterOwnerRefusesTheOneBeforeAtEachIndex() {
    Replica old = fresh();
    Replica replica = fresh();
    HazelcastBatch first = batch(BatchMode.WRITES, 1, false, put("1"));
    BatchOutcome unused = run(first, old);
    backUp(first, replica);

    StateEdit later = replica.known().edit();
    Answer unusedAnswer = later.apply(new Request.TakeOver(new UUID(7, 7)));
    Answer unusedToo = later.apply((Request.Step) put("of the later owner"));
    HazelcastState followed = later.finish();
    for (int sequence = 2; old.known().index() <= followed.index() + 4; sequence++) {
      Replica following = new Replica(followed);
      HazelcastBatch next = batch(BatchMode.WRITES, sequence, false, put("of the old owner"));
      BatchOutcome unusedYet = run(next, old);
      assertThatThrownBy(() -> backUp(next, following))
          .isInstanceOf(HazelcastException.class)
          .hasMessageContaining("follows another owner");
      assertThat(following.sets).isZero();
    }
  }

  /** H4: of two that took over without knowing of one another, none overtakes the other. */
  @Test
  void h4TwoThatTookOverAtOnceDoNotFollowOneAnother() {
    HazelcastState base = HazelcastState.create(DATA);
    StateEdit one = base.edit();
    Answer unused = one.apply(new Request.TakeOver(new UUID(7, 7)));
    StateEdit other = base.edit();
    Answer unusedToo = other.apply(new Request.TakeOver(new UUID(8, 8)));
    HazelcastState.Position first = one.finish().position();
    HazelcastState.Position second = other.finish().position();
    assertThat(first).isNotEqualTo(second);
    assertThat(first.isOvertakenBy(second)).isTrue();
    assertThat(second.isOvertakenBy(first)).isTrue();
    assertThat(base.position().isOvertakenBy(first)).isTrue();
    assertThat(first.isOvertakenBy(base.position())).isFalse();
    assertThat(first.isOvertakenBy(first)).isFalse();
  }

  /** H4: data that is not there is lost; neither owner nor backup makes new data. */
  @Test
  void h4WhatIsNotThereIsLostAndNeverCreated() {
    Replica lost = new Replica(null);
    assertThat(run(batch(BatchMode.WRITES, 1, false, put("1")), lost))
        .isInstanceOf(BatchOutcome.Lost.class);
    HazelcastBatch elsewhere = batch(BatchMode.WRITES, 1, false, put("1"));
    BatchOutcome unused = run(elsewhere, fresh());
    assertThatThrownBy(() -> backUp(elsewhere, lost)).isInstanceOf(HazelcastException.class);
    assertThat(lost.sets).isZero();
  }

  /** H6: with too few replicas nothing is touched. */
  @Test
  void h6WithTooFewReplicasNothingIsTouched() {
    Replica owner = fresh();
    tooFewReplicas.set(true);
    HazelcastBatch batch = batch(BatchMode.WRITES, 1, false, put("1"));
    assertThat(run(batch, owner)).isEqualTo(new BatchOutcome.NotServed("too few replicas"));
    assertThat(owner.sets).isZero();
    assertThat(batch.getBackupProcessor()).isNull();
  }

  /** H12: what was under way in a cluster that was given up has no effect on the one that stays. */
  @Test
  void h12ABatchFromAnotherClusterIsNotCarriedOut() {
    Replica owner = fresh();
    HazelcastBatch batch =
        new HazelcastBatch(
            BatchMode.WRITES,
            new UUID(8, 8),
            Optional.of(DATA),
            Optional.empty(),
            CLIENT,
            1,
            false,
            List.of(RequestCodec.encode(put("1"))));
    batch.setHazelcastInstance(member.instance());
    assertThat(run(batch, owner)).isInstanceOf(BatchOutcome.NotServed.class);
    assertThat(owner.sets).isZero();
    assertThat(batch.getBackupProcessor()).isNull();
  }

  /** H8: a read sets nothing, and yet its backup verifies that the replica is up to date. */
  @Test
  void h8AReadIsABarrier() {
    Replica owner = fresh();
    Replica behind = fresh();
    HazelcastBatch write = batch(BatchMode.WRITES, 1, false, put("1"));
    BatchOutcome unused = run(write, owner);
    Replica replica = new Replica(owner.known());
    int sets = owner.sets;

    HazelcastBatch read =
        batch(BatchMode.READS, 0, false, new Request.Ask(Transaction.of(Read.of(KEY))));
    BatchOutcome.Served served = (BatchOutcome.Served) run(read, owner);
    assertThat(served.each()).hasSize(1);
    assertThat(owner.sets).isEqualTo(sets);
    backUp(read, replica);
    assertThat(replica.sets).isZero();
    assertThatThrownBy(() -> backUp(read, behind)).isInstanceOf(HazelcastException.class);
  }

  /**
   * H8: a read finds, on every replica, the state that the owner confirms, and only by its name.
   */
  @Test
  void h8AReadFindsTheConfirmedStateOnEachReplica() {
    HazelcastNode node = HazelcastNode.of(member.instance()).orElseThrow();
    HazelcastConfirmations client = new HazelcastConfirmations();
    node.join(CLIENT, client);
    Replica owner = fresh();
    HazelcastBatch first = batch(BatchMode.READS, client.begin(), false);
    BatchOutcome.Served took = (BatchOutcome.Served) run(first, owner);
    assertThat(client.end(1))
        .hasValueSatisfying(found -> {
          assertThat(found).isSameAs(owner.known());
          assertThat(took.isOf(found)).isTrue();
        });

    Replica replica = new Replica(owner.known());
    HazelcastBatch second = batch(BatchMode.READS, client.begin(), false);
    BatchOutcome unused = run(batch(BatchMode.WRITES, 1, false, put("1")), owner);
    BatchOutcome.Served confirmed = (BatchOutcome.Served) run(second, owner);
    HazelcastBatch write = batch(BatchMode.WRITES, 1, false, put("1"));
    BatchOutcome unusedToo = run(write, replica);
    backUp(second, replica);
    assertThat(client.end(2))
        .hasValueSatisfying(found -> {
          assertThat(found).isSameAs(replica.known());
          assertThat(confirmed.isOf(found)).isTrue();
          assertThat(took.isOf(found)).isFalse();
        });

    BatchOutcome unusedYet = run(batch(BatchMode.READS, client.begin() + 1, false), owner);
    assertThat(client.end(3)).isEmpty();
    BatchOutcome unusedStill = run(batch(BatchMode.READS, 3, false), owner);
    assertThat(client.end(3)).isEmpty();
  }
}
