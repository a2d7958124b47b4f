package dev.plinth.storage.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Key;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Put;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Transaction;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What an owner does by itself, in virtual time. */
final class KeyspaceOwnerTest {
  private static final UUID DATA = new UUID(3, 4);
  private static final LeaseId LEASE = LeaseId.of(7);
  private static final Duration TTL = Duration.ofSeconds(10);

  private final VirtualRuntime time = new VirtualRuntime(1);

  /** One member that may own the data. */
  private final class Member {
    private final UUID id = UUID.randomUUID();
    private final KeyspaceOwner owner;
    private Set<UUID> others = Set.of();

    Member(OwnerRules rules) {
      owner = new KeyspaceOwner(time, rules);
    }

    HazelcastState run(HazelcastState state, Request... requests) {
      BatchRun run = new BatchRun(state, owner);
      run.begin(state, id, others);
      for (Request request : requests) {
        if (run.answer(RequestCodec.encode(request)) instanceof Answer.Refused refused) {
          throw refused.reason();
        }
      }
      run.limitHistory();
      HazelcastState next = run.finish();
      run.settle();
      return next;
    }
  }

  /** H12: with fewer who confirm, what is acknowledged is of another term; leases go on. */
  @Test
  void h12ATermEndsWhenAMemberGoes() {
    Member member = new Member(TestMember.RULES);
    UUID one = new UUID(7, 7);
    member.others = Set.of(one);
    HazelcastState first = withLease(member);
    member.others = Set.of(one, new UUID(8, 8));
    HazelcastState more = member.run(first, put("key", 1));
    assertThat(more.terms()).isEqualTo(first.terms()).hasSize(1);
    time.advance(TTL.dividedBy(2));
    member.others = Set.of(one);
    HazelcastState fewer = member.run(more);
    assertThat(fewer.terms()).hasSize(2);
    assertThat(fewer.terms().getLast())
        .isEqualTo(new HazelcastState.Term(2, member.id, more.index() + 1));
    assertThat(member.run(fewer)).as("once").isSameAs(fewer);
    time.advance(TTL.dividedBy(2).plusSeconds(1));
    assertThat(lives(member.run(fewer))).as("a lease is not longer for it").isFalse();
  }

  private static HazelcastState withLease(Member member) {
    return member.run(HazelcastState.create(DATA), new Request.Grant(LEASE, TTL));
  }

  private static boolean lives(HazelcastState state) {
    return state.keyspace().lease(LEASE).isPresent();
  }

  private static Request put(String key, int bytes) {
    return new Request.Write(Transaction.of(Put.of(Key.utf8(key), Bytes.of(new byte[bytes]))));
  }

  /** H10: a lease ends when its time is over on the owner, and a renewal begins that anew. */
  @Test
  void h10ALeaseEndsByTheOwnersClock() {
    Member member = new Member(TestMember.RULES);
    HazelcastState state = withLease(member);
    time.advance(TTL.minusMillis(1));
    state = member.run(state, new Request.Renew(LEASE));
    time.advance(TTL.minusMillis(1));
    state = member.run(state, new Request.Tick());
    assertThat(lives(state)).isTrue();
    time.advance(Duration.ofMillis(1));
    assertThat(member.owner.isDue()).isTrue();
    state = member.run(state, new Request.Tick());
    assertThat(lives(state)).isFalse();
    HazelcastState after = state;
    assertThatExceptionOfType(LeaseLostException.class)
        .isThrownBy(() -> member.run(after, new Request.Renew(LEASE)));
  }

  /** H10: whoever becomes the owner gives every lease all of its time again. */
  @Test
  void h10ANewOwnerExtendsEveryLease() {
    Member first = new Member(TestMember.RULES);
    Member second = new Member(TestMember.RULES);
    HazelcastState state = withLease(first);
    time.advance(TTL.minusMillis(1));
    assertThat(second.owner.isDue()).isTrue();
    state = second.run(state, new Request.Tick());
    assertThat(state.owner()).contains(second.id);
    time.advance(TTL.minusMillis(1));
    state = second.run(state, new Request.Tick());
    assertThat(lives(state)).isTrue();
    time.advance(Duration.ofMillis(1));
    assertThat(lives(second.run(state, new Request.Tick()))).isFalse();
  }

  /** H10: an owner that was not the owner meanwhile does not go by what it knew. */
  @Test
  void h10AnOwnerThatComesBackExtendsEveryLease() {
    Member first = new Member(TestMember.RULES);
    Member second = new Member(TestMember.RULES);
    HazelcastState state = second.run(withLease(first), new Request.Renew(LEASE));
    time.advance(TTL.minusMillis(1));
    state = second.run(state, new Request.Renew(LEASE));
    time.advance(Duration.ofMillis(1));
    state = first.run(state, new Request.Tick());
    assertThat(lives(state)).isTrue();
    assertThat(state.owner()).contains(first.id);
  }

  /** H10: the end of a lease names its grant, so that another one of that name goes on. */
  @Test
  void h10TheEndOfAnOldGrantEndsNoNewOne() {
    Member member = new Member(TestMember.RULES);
    HazelcastState state = withLease(member);
    long old = state.keyspace().lease(LEASE).orElseThrow().generation();
    state = member.run(state, new Request.Revoke(LEASE), new Request.Grant(LEASE, TTL));
    StateEdit edit = state.edit();
    Answer unused = edit.apply(new Request.Expire(LEASE, old));
    assertThat(lives(edit.finish())).isTrue();
  }

  /** H13: what adds to a full store is refused before any effect; what helps is not. */
  @Test
  void h13AFullStoreTakesOnlyWhatHelps() {
    Member member = new Member(new OwnerRules(0, Duration.ZERO, 0, 10_000));
    HazelcastState state =
        member.run(HazelcastState.create(DATA), put("a", 4_000), new Request.Grant(LEASE, TTL));
    HazelcastState full = state;
    assertThatExceptionOfType(RequestRefusedException.class)
        .isThrownBy(() -> member.run(full, put("b", 4_000)))
        .extracting(RequestRefusedException::reason)
        .isEqualTo(RequestRefusedException.Reason.SPACE_EXCEEDED);
    HazelcastState after =
        member.run(
            full,
            new Request.Renew(LEASE),
            new Request.Revoke(LEASE),
            new Request.Write(Transaction.of(Delete.of(Key.utf8("a")))),
            new Request.Compact(Revision.of(3)));
    assertThat(after.keyspace().revision()).isEqualTo(Revision.of(3));
    for (int i = 0; i < 70; i++) {
      after =
          member.run(
              after,
              new Request.Write(Transaction.of(Delete.of(Key.utf8("a" + i)))),
              new Request.Current());
    }
    assertThat(after.keyspace().keys()).isZero();
  }

  /** History is kept as long as the rules say, by number and by age. */
  @Test
  void historyIsGivenUpByNumberAndAge() {
    Member member = new Member(new OwnerRules(10, Duration.ofMinutes(8), 0, 1 << 20));
    HazelcastState state = HazelcastState.create(DATA);
    for (int i = 0; i < 50; i++) {
      state = member.run(state, put("key", 1));
    }
    assertThat(state.keyspace().historyRevisions()).isEqualTo(10);
    for (int i = 0; i < 12; i++) {
      time.advance(Duration.ofMinutes(1));
      state = member.run(state, new Request.Tick());
    }
    assertThat(state.keyspace().historyRevisions()).isZero();
  }
}
