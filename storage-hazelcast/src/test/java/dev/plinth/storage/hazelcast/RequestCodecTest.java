package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.hazelcast.config.SerializationConfig;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Outcome;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Transaction;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests, answers and states come out as they went in; what is unknown is refused in words. */
final class RequestCodecTest {
  private static final Key KEY = Key.of(new byte[] {0, -1, 127});
  private static final Bytes VALUE = Bytes.of(new byte[300]);
  private static final Entry ENTRY =
      new Entry(
          KEY, VALUE, Revision.of(2), Revision.of(300), 1L << 40, Optional.of(LeaseId.of(-5)));
  private static final UUID ID = new UUID(-1, Long.MIN_VALUE);

  static List<Request> requests() {
    KeyRange range = KeyRange.between(KEY, KEY.next());
    Transaction nested =
        Transaction.when(
                new Condition.Value(range, Relation.LESS, VALUE),
                new Condition.Version(KeyRange.all(), Relation.GREATER, -1),
                new Condition.Created(KeyRange.single(KEY), Relation.EQUAL, Revision.of(5)),
                new Condition.Modified(KeyRange.from(KEY), Relation.NOT_EQUAL, Revision.of(6)),
                new Condition.Lease(KeyRange.prefix(KEY), Relation.EQUAL, LeaseId.NONE))
            .then(
                Put.of(KEY, VALUE).withLease(LeaseId.of(9)).returningPrevious(),
                Put.keepingValue(KEY),
                Put.of(KEY, Bytes.EMPTY).keepingLease())
            .otherwise(Delete.of(range), Delete.of(KEY).returningPrevious());
    Read read =
        new Read(
            range,
            Revision.of(7),
            8,
            new Read.Order(Read.SortTarget.VALUE, Read.Direction.DESCENDING),
            new Read.Filter(Revision.of(1), Revision.of(2), Revision.of(3), Revision.of(4)),
            Read.Projection.KEYS,
            Read.Consistency.SERIALIZABLE);
    return List.of(
        new Request.Write(Transaction.of(nested, read)),
        new Request.Compact(Revision.of(Long.MAX_VALUE)),
        new Request.Grant(LeaseId.of(Long.MIN_VALUE), Duration.ofDays(100_000)),
        new Request.Revoke(LeaseId.of(1)),
        new Request.Expire(LeaseId.of(2), 3),
        new Request.TakeOver(ID),
        new Request.Remember(ID, 4, Optional.of(VALUE)),
        new Request.Remember(ID, 5, Optional.empty()),
        new Request.Ask(Transaction.of(read)),
        new Request.Current(),
        new Request.Renew(LeaseId.of(6)),
        new Request.Describe(LeaseId.of(7)),
        new Request.ListLeases(),
        new Request.Status(),
        new Request.Pull(Revision.of(8), range, Set.of(Change.Kind.DELETE), true, 9),
        new Request.Pull(Revision.of(8), range, Set.of(Change.Kind.values()), false, 9),
        new Request.Tick());
  }

  @ParameterizedTest
  @MethodSource("requests")
  void aRequestComesOutAsItWentIn(Request request) {
    assertThat(RequestCodec.decode(RequestCodec.encode(request))).isEqualTo(request);
  }

  static List<Answer> answers() {
    Commit commit =
        new Commit(
            Revision.of(1),
            true,
            List.of(
                new Slice(Revision.of(2), List.of(ENTRY, ENTRY), 3, true),
                new Outcome.Written(Revision.of(4), Optional.of(ENTRY)),
                new Outcome.Deleted(Revision.of(5), 6, List.of(ENTRY)),
                new Commit(Revision.of(7), false, List.of())));
    return List.of(
        new Answer.Committed(commit),
        new Answer.Done(Revision.of(8)),
        new Answer.Lease(
            Optional.of(
                new LeaseInfo(
                    LeaseId.of(9), Duration.ofSeconds(10), Duration.ofNanos(11), List.of(KEY)))),
        new Answer.Lease(Optional.empty()),
        new Answer.LeaseNames(List.of(LeaseId.of(-1), LeaseId.of(1))),
        new Answer.Condition(Revision.of(1), Revision.of(2), 3, 4, 5, "digest"),
        new Answer.Changes(
            Revision.of(1),
            Revision.of(2),
            Revision.of(3),
            List.of(Change.put(ENTRY).withPrevious(ENTRY), Change.delete(KEY, Revision.of(4)))));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void anAnswerComesOutAsItWentIn(Answer answer) {
    assertThat(AnswerCodec.decode(AnswerCodec.encode(answer))).isEqualTo(answer);
  }

  static List<StoreException> refusals() {
    return List.of(
        new RequestRefusedException(RequestRefusedException.Reason.SPACE_EXCEEDED),
        new RequestRefusedException(RequestRefusedException.Reason.KEY_NOT_FOUND, "which: one"),
        new LeaseLostException(LeaseId.of(-7)),
        new HistoryLostException(Revision.of(8)));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aRefusalComesOutAsItWentIn(StoreException refusal) {
    Answer answer = AnswerCodec.decode(AnswerCodec.encode(new Answer.Refused(refusal)));
    assertThat(((Answer.Refused) answer).reason())
        .hasSameClassAs(refusal)
        .hasMessage(refusal.getMessage());
  }

  @Test
  void whatIsUnknownIsRefusedInWords() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestCodec.decode(new byte[] {99}))
        .withMessageContaining("all members must run the same version");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BatchOutcome.decode(new byte[] {99}))
        .withMessageContaining("all members must run the same version");
    byte[] whole = RequestCodec.encode(requests().getFirst());
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatIllegalArgumentException().isThrownBy(() -> RequestCodec.decode(cut));
    }
  }

  /** A member that becomes a replica gets the same state, and goes on from it in the same way. */
  @Test
  void aStateComesOutAsItWentIn() {
    HazelcastNode node = node();
    InternalSerializationService service = serialization(node);
    StateEdit edit = HazelcastState.create(ID).edit();
    Answer grant = edit.apply(new Request.Grant(LeaseId.of(9), Duration.ofSeconds(10)));
    Answer put =
        edit.apply(new Request.Write(Transaction.of(Put.of(KEY, VALUE).withLease(LeaseId.of(9)))));
    Answer owner = edit.apply(new Request.TakeOver(ID));
    Answer batch = edit.apply(new Request.Remember(ID, 4, Optional.of(VALUE)));
    assertThat(List.of(grant, put, owner, batch)).doesNotContainNull();
    HazelcastState state = edit.finish();

    node.acknowledgements().note(state.position());
    Data data = service.toData(state);
    HazelcastNode other = node();
    InternalSerializationService there = serialization(other);
    HazelcastState read = there.toObject(data);
    assertThat(read.incarnation()).isEqualTo(state.incarnation());
    assertThat(read.index()).isEqualTo(4);
    assertThat(read.terms()).isEqualTo(state.terms());
    assertThat(read.clients()).isEqualTo(state.clients());
    assertThat(read.keyspace().digest()).isEqualTo(state.keyspace().digest());
    assertThat(other.acknowledgements().last(ID))
        .as("H12: with it comes how far it is acknowledged")
        .contains(state.position());
    there.dispose();
    service.dispose();
  }

  /** H4: who has what arrives goes on with it, instead of making the same once more. */
  @Test
  void aStateThatTheReplicaHoldsIsNotReadAgain() {
    HazelcastNode node = node();
    InternalSerializationService service = serialization(node);
    StateEdit edit = HazelcastState.create(ID).edit();
    Answer put = edit.apply(new Request.Write(Transaction.of(Put.of(KEY, VALUE))));
    HazelcastState before = edit.finish();
    StateEdit further = before.edit();
    Answer owner = further.apply(new Request.TakeOver(ID));
    assertThat(List.of(put, owner)).doesNotContainNull();
    HazelcastState after = further.finish();
    // What follows a state in a message has to be found behind it.
    List<HazelcastState> sent = new ArrayList<>(List.of(before, after, before));

    node.holds(before);
    List<HazelcastState> read = service.toObject(service.toData(sent));
    assertThat(read.get(0)).isSameAs(before);
    assertThat(read.get(1).position()).isEqualTo(after.position());
    assertThat(read.get(1).keyspace().digest()).isEqualTo(after.keyspace().digest());
    assertThat(read.get(2)).isSameAs(before);

    node.holds(after);
    HazelcastState other = service.toObject(service.toData(before));
    assertThat(other).isNotSameAs(before);
    assertThat(other.position()).isEqualTo(before.position());
    service.dispose();
  }

  private static HazelcastNode node() {
    return new HazelcastNode(
        new VirtualRuntime(1),
        TestMember.RULES,
        (instance, keyspace) -> {},
        Acknowledgements.ofOneHistory());
  }

  private static InternalSerializationService serialization(HazelcastNode node) {
    SerializationConfig config = new SerializationConfig();
    HazelcastFormat.register(node, config);
    return new DefaultSerializationServiceBuilder().setConfig(config).build();
  }
}
