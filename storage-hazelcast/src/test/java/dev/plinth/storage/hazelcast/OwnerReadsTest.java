package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.Put;
import dev.plinth.spi.Transaction;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** H8: when an owner may answer reads alone, and how others are kept from changing the data. */
final class OwnerReadsTest {
  private static final String KEYSPACE = "data";
  private static final UUID OWNER = new UUID(0, 1);
  private static final UUID OTHER = new UUID(0, 2);

  private final VirtualRuntime time = new VirtualRuntime(1);
  private final KeyspaceOwner owner = new KeyspaceOwner(time, TestMember.RULES);
  private final AtomicInteger replicas = new AtomicInteger(5);
  private final OwnerReads reads = new OwnerReads(time, owner, replicas::get);
  private final OwnerPromises promises = new OwnerPromises(time);

  /** Taking over is a batch of its own, after which the owner has to look at its history. */
  private final HazelcastState state = run(run(HazelcastState.create(new UUID(3, 4))));

  private HazelcastState run(HazelcastState before, Request... requests) {
    BatchRun run = new BatchRun(before, owner);
    run.begin(before, OWNER, Set.of());
    for (Request request : requests) {
      Answer unused = run.answer(RequestCodec.encode(request));
    }
    HazelcastState next = run.finish();
    run.settle();
    owner.reached(next);
    return next;
  }

  private void confirm() {
    reads.ask().confirmed(state);
  }

  @Test
  void aStateThatWasConfirmedAnswersForAWhile() {
    assertThat(reads.state()).isEmpty();
    confirm();
    assertThat(reads.state()).containsSame(state);
    time.advance(OwnerPromises.TIME.multipliedBy(7).dividedBy(10));
    assertThat(reads.state()).containsSame(state);
  }

  /** From before the question was sent, so always before the promises of others are over. */
  @Test
  void itAnswersNoMoreBeforePromisesAreOver() {
    OwnerReads.Question question = reads.ask();
    time.advance(OwnerPromises.TIME.dividedBy(2));
    promises.give(KEYSPACE, OWNER);
    question.confirmed(state);
    assertThat(reads.state()).isPresent();
    time.advance(OwnerPromises.TIME.dividedBy(3));
    assertThat(reads.state()).isEmpty();
    assertThat(promises.left(KEYSPACE, OTHER)).isPositive();
  }

  @Test
  void itDoesNotAnswerOnceSomethingWasWritten() {
    confirm();
    HazelcastState unused =
        run(state, new Request.Write(Transaction.of(Put.of(Key.utf8("/k"), Bytes.utf8("later")))));
    assertThat(reads.state()).isEmpty();
  }

  @Test
  void itDoesNotAnswerOnceItFollowsAnotherOwner() {
    confirm();
    owner.follows();
    assertThat(reads.state()).isEmpty();
  }

  @Test
  void itDoesNotAnswerForReplicasThatPromisedNothing() {
    confirm();
    replicas.set(6);
    assertThat(reads.state()).isEmpty();
  }

  @Test
  void whoDoesNotOwnTheDataMayNotAnswer() {
    replicas.set(HazelcastReplicas.NOT_OWNED);
    OwnerReads.Question question = reads.ask();
    replicas.set(5);
    question.confirmed(state);
    assertThat(reads.state()).isEmpty();
  }

  @Test
  void itDoesNotAnswerWhileSomethingIsDue() {
    Duration ttl = Duration.ofSeconds(10);
    HazelcastState leased = run(state, new Request.Grant(LeaseId.of(7), ttl));
    time.advance(ttl.minusMillis(1));
    reads.ask().confirmed(leased);
    assertThat(reads.state()).isPresent();
    time.advance(Duration.ofMillis(1));
    assertThat(reads.state()).isEmpty();
  }

  @Test
  void aStoreThatIsClosedDoesNotAnswer() {
    confirm();
    reads.close();
    assertThat(reads.state()).isEmpty();
  }

  @Test
  void aPromiseHoldsForOneOwnerOnly() {
    promises.give(KEYSPACE, OWNER);
    assertThat(promises.left(KEYSPACE, OWNER)).isZero();
    assertThat(promises.left("other data", OTHER)).isZero();
    assertThat(promises.left(KEYSPACE, OTHER)).isEqualTo(OwnerPromises.TIME);
    time.advance(OwnerPromises.TIME);
    assertThat(promises.left(KEYSPACE, OTHER)).isZero();
  }
}
