package dev.plinth.service.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.tck.Await;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Lock;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderKey;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.election.NoLeaderException;
import io.etcd.jetcd.election.NotLeaderException;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.options.GetOption;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Locks and elections as an application in Java uses them, of etcd and of the gateway alike. */
interface ConcurrencyContract {
  Await PATIENT = new Await(Duration.ofSeconds(60));

  /** Returns a client of the server. */
  Client client();

  static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(60, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    } catch (ExecutionException | TimeoutException failed) {
      throw new AssertionError(failed.getCause() == null ? failed : failed.getCause());
    }
  }

  default String freshName() {
    return "name-" + UUID.randomUUID();
  }

  /** Grants a lease that outlives all tests of the server: none ends in the midst of another. */
  default long lease() {
    return get(client().getLeaseClient().grant(3600)).getID();
  }

  /** Returns the keys behind a name, in order. */
  default List<String> keys(String name) {
    return get(
            client()
                .getKVClient()
                .get(bytes(name + "/"), GetOption.builder().isPrefix(true).build()))
        .getKvs()
        .stream()
        .map(entry -> entry.getKey().toString())
        .toList();
  }

  @Test
  default void aLockIsAKeyNamedAfterTheLease() {
    Lock locks = client().getLockClient();
    String name = freshName();
    long lease = lease();
    LockResponse held = get(locks.lock(bytes(name), lease));
    assertThat(held.getKey().toString()).isEqualTo(name + "/" + Long.toHexString(lease));
    assertThat(held.getHeader().getRevision()).isPositive();
    assertThat(keys(name)).containsExactly(held.getKey().toString());
    // The same lease has the same lock.
    assertThat(get(locks.lock(bytes(name), lease)).getKey()).isEqualTo(held.getKey());
    assertThat(keys(name)).hasSize(1);
    var _ = get(locks.unlock(held.getKey()));
    assertThat(keys(name)).isEmpty();
    assertThat(get(locks.unlock(held.getKey())).getHeader().getRevision()).isPositive();
  }

  @Test
  default void aLockWithoutALeaseGetsOneOfTheServer() {
    Lock locks = client().getLockClient();
    String name = freshName();
    LockResponse held = get(locks.lock(bytes(name), 0));
    KV data = client().getKVClient();
    long lease = get(data.get(held.getKey())).getKvs().getFirst().getLease();
    assertThat(held.getKey().toString()).isEqualTo(name + "/" + Long.toHexString(lease));
    assertThat(get(client().getLeaseClient().timeToLive(lease, leaseOption())).getGrantedTTL())
        .isEqualTo(60);
    var _ = get(client().getLeaseClient().revoke(lease));
  }

  private static io.etcd.jetcd.options.LeaseOption leaseOption() {
    return io.etcd.jetcd.options.LeaseOption.DEFAULT;
  }

  @Test
  default void locksAreHandedOnInOrder() {
    Lock locks = client().getLockClient();
    String name = freshName();
    LockResponse first = get(locks.lock(bytes(name), lease()));
    List<CompletableFuture<LockResponse>> waiting = new ArrayList<>();
    for (int i = 2; i <= 4; i++) {
      waiting.add(locks.lock(bytes(name), lease()));
      int there = i;
      PATIENT.until("candidate " + i, () -> keys(name).size() == there);
    }
    var _ = get(locks.unlock(first.getKey()));
    LockResponse second = get(waiting.get(0));
    assertThat(waiting.get(1)).isNotDone();
    // Who leaves the queue does not let others pass.
    var _ = get(locks.unlock(second.getKey()));
    LockResponse third = get(waiting.get(1));
    assertThat(waiting.get(2)).isNotDone();
    var _ = get(client().getLeaseClient().revoke(leaseOf(third.getKey())));
    assertThat(get(waiting.get(2)).getHeader().getRevision()).isPositive();
  }

  private long leaseOf(ByteSequence key) {
    return get(client().getKVClient().get(key)).getKvs().getFirst().getLease();
  }

  @Test
  default void aLeaseThatIsNotThereIsNamedInPlainWords() {
    refusedInPlainWords(client().getLockClient().lock(bytes(freshName()), 4711));
    refusedInPlainWords(
        client().getElectionClient().campaign(bytes(freshName()), 4711, bytes("me")));
  }

  private static void refusedInPlainWords(CompletableFuture<?> call) {
    assertThatThrownBy(() -> get(call))
        .rootCause()
        .hasMessageContaining("etcdserver: requested lease not found");
  }

  @Test
  default void whoCampaignsFirstLeadsAndMayProclaimAndResign() {
    Election elections = client().getElectionClient();
    String name = freshName();
    assertThatThrownBy(() -> get(elections.leader(bytes(name))))
        .hasCauseInstanceOf(NoLeaderException.class);
    long lease = lease();
    CampaignResponse won = get(elections.campaign(bytes(name), lease, bytes("first")));
    LeaderKey leader = won.getLeader();
    assertThat(leader.getKey().toString()).isEqualTo(name + "/" + Long.toHexString(lease));
    assertThat(leader.getName().toString()).isEqualTo(name);
    assertThat(leader.getLease()).isEqualTo(lease);
    assertThat(won.getHeader().getRevision()).isEqualTo(leader.getRevision());

    LeaderResponse seen = get(elections.leader(bytes(name)));
    assertThat(seen.getKv().getValue().toString()).isEqualTo("first");
    assertThat(seen.getKv().getCreateRevision()).isEqualTo(leader.getRevision());

    CompletableFuture<CampaignResponse> second =
        elections.campaign(bytes(name), lease(), bytes("second"));
    PATIENT.until("the second candidate", () -> keys(name).size() == 2);
    var _ = get(elections.proclaim(leader, bytes("still first")));
    assertThat(get(elections.leader(bytes(name))).getKv().getValue().toString())
        .isEqualTo("still first");
    assertThat(second).isNotDone();

    var _ = get(elections.resign(leader));
    LeaderKey next = get(second).getLeader();
    assertThat(get(elections.leader(bytes(name))).getKv().getValue().toString())
        .isEqualTo("second");
    assertThatThrownBy(() -> get(elections.proclaim(leader, bytes("no more"))))
        .hasCauseInstanceOf(NotLeaderException.class);
    // Resigning once more changes nothing.
    var _ = get(elections.resign(leader));
    assertThat(get(elections.leader(bytes(name))).getKv().getKey()).isEqualTo(next.getKey());
  }

  @Test
  default void campaigningAgainWithTheSameLeaseChangesTheProposal() {
    Election elections = client().getElectionClient();
    String name = freshName();
    long lease = lease();
    LeaderKey first = get(elections.campaign(bytes(name), lease, bytes("a"))).getLeader();
    LeaderKey again = get(elections.campaign(bytes(name), lease, bytes("b"))).getLeader();
    assertThat(again.getRevision()).isEqualTo(first.getRevision());
    assertThat(keys(name)).hasSize(1);
    assertThat(get(elections.leader(bytes(name))).getKv().getValue().toString()).isEqualTo("b");
  }

  @Test
  default void observersAreToldTheLeaderAtOnceAndThenEachChange() {
    Election elections = client().getElectionClient();
    String name = freshName();
    LeaderKey first = get(elections.campaign(bytes(name), lease(), bytes("a"))).getLeader();
    Queue<String> told = new ConcurrentLinkedQueue<>();
    elections.observe(bytes(name), new Recorder(told));
    PATIENT.until("the leader is told", () -> told.contains("a"));
    var _ = get(elections.proclaim(first, bytes("b")));
    PATIENT.until("the proclamation is told", () -> told.contains("b"));
    var _ = get(elections.resign(first));
    LeaderKey second = get(elections.campaign(bytes(name), lease(), bytes("c"))).getLeader();
    PATIENT.until("the next leader is told", () -> told.contains("c"));
    var _ = get(elections.proclaim(second, bytes("d")));
    PATIENT.until("its proclamation is told", () -> told.contains("d"));
    assertThat(told).containsExactly("a", "b", "c", "d");
  }

  @Test
  default void observersWaitForTheFirstLeader() {
    Election elections = client().getElectionClient();
    String name = freshName();
    Queue<String> told = new ConcurrentLinkedQueue<>();
    elections.observe(bytes(name), new Recorder(told));
    var _ = get(elections.campaign(bytes(name), lease(), bytes("a")));
    PATIENT.until("the leader is told", () -> told.contains("a"));
    assertThat(told).containsExactly("a");
  }

  /** Notes who leads. */
  record Recorder(Queue<String> told) implements Election.Listener {
    @Override
    public void onNext(LeaderResponse response) {
      told.add(response.getKv().getValue().toString());
    }

    @Override
    public void onError(Throwable error) {
      told.add("error: " + error);
    }

    @Override
    public void onCompleted() {
      told.add("completed");
    }
  }
}
