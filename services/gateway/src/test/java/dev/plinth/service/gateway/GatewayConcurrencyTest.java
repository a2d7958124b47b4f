package dev.plinth.service.gateway;

import static dev.plinth.service.gateway.ConcurrencyContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.api.CampaignRequest;
import io.etcd.jetcd.api.CampaignResponse;
import io.etcd.jetcd.api.ElectionGrpc;
import io.etcd.jetcd.api.LeaderRequest;
import io.etcd.jetcd.api.LeaderResponse;
import io.etcd.jetcd.api.lock.LockGrpc;
import io.etcd.jetcd.api.lock.LockRequest;
import io.etcd.jetcd.api.lock.LockResponse;
import io.etcd.jetcd.election.LeaderKey;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Locks and elections of the gateway, also where it does better than etcd. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GatewayConcurrencyTest implements ConcurrencyContract {
  private GatewayFixture gateway;
  private Client client;
  private ManagedChannel channel;

  @BeforeAll
  void start() {
    gateway = GatewayFixture.inMemory();
    client = gateway.client();
    channel = gateway.channel();
  }

  @AfterAll
  void stop() {
    gateway.close();
  }

  @Override
  public Client client() {
    return client;
  }

  @Test
  void aClientThatGivesUpItsLockLeavesTheQueue() {
    String name = freshName();
    var held = ConcurrencyContract.get(client.getLockClient().lock(bytes(name), lease()));
    Waiter<LockResponse> second = lock(name, lease());
    PATIENT.until("the second waits", () -> keys(name).size() == 2);
    Waiter<LockResponse> third = lock(name, lease());
    PATIENT.until("the third waits", () -> keys(name).size() == 3);
    second.giveUp();
    PATIENT.until("the second is gone", () -> keys(name).size() == 2);
    var _ = ConcurrencyContract.get(client.getLockClient().unlock(held.getKey()));
    assertThat(third.answer().getKey().toStringUtf8()).isEqualTo(keys(name).getFirst());
    assertThat(keys(name)).hasSize(1);
  }

  @Test
  void aLockWhoseTimeIsUpLeavesTheQueue() {
    String name = freshName();
    var _ = ConcurrencyContract.get(client.getLockClient().lock(bytes(name), lease()));
    Waiter<LockResponse> late =
        waiter(
            LockGrpc.getLockMethod(),
            CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS),
            LockRequest.newBuilder().setName(utf8(name)).setLease(lease()).build());
    assertThat(late.failure().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    PATIENT.until("only the holder is there", () -> keys(name).size() == 1);
  }

  @Test
  void aLockWithALeaseOfTheServerTakesThatAlong() {
    String name = freshName();
    var _ = ConcurrencyContract.get(client.getLockClient().lock(bytes(name), lease()));
    int leases = gateway.store().leases().list().size();
    Waiter<LockResponse> second = lock(name, 0);
    PATIENT.until("the second waits", () -> keys(name).size() == 2);
    second.giveUp();
    PATIENT.until("it is gone", () -> keys(name).size() == 1);
    PATIENT.until("and its lease", () -> gateway.store().leases().list().size() == leases);
  }

  @Test
  void aLostConnectionLeavesTheQueue() {
    String name = freshName();
    var _ = ConcurrencyContract.get(client.getLockClient().lock(bytes(name), lease()));
    ManagedChannel connection = gateway.channel();
    Waiter<CampaignResponse> waiter =
        new Waiter<>(
            connection,
            ElectionGrpc.getCampaignMethod(),
            CallOptions.DEFAULT,
            campaign(name, lease(), "me"));
    PATIENT.until("the second waits", () -> keys(name).size() == 2);
    connection.shutdownNow();
    assertThat(waiter.failure().isOk()).isFalse();
    PATIENT.until("the second is gone", () -> keys(name).size() == 1);
  }

  @Test
  void aClientThatAsksAgainKeepsItsPlace() {
    Election elections = client.getElectionClient();
    String name = freshName();
    LeaderKey leader =
        ConcurrencyContract.get(elections.campaign(bytes(name), lease(), bytes("leader")))
            .getLeader();
    long lease = lease();
    Waiter<CampaignResponse> broken = candidate(name, lease, "broken");
    PATIENT.until("it waits", () -> keys(name).size() == 2);
    Waiter<CampaignResponse> later = candidate(name, lease(), "later");
    PATIENT.until("another one waits", () -> keys(name).size() == 3);
    Waiter<CampaignResponse> again = candidate(name, lease, "again");
    // What it proposes shows that the gateway has seen the second call: each has its own thread.
    String place = name + "/" + Long.toHexString(lease);
    PATIENT.until("it proposes anew", () -> value(place).equals("again"));
    broken.giveUp();
    var _ = ConcurrencyContract.get(elections.resign(leader));
    assertThat(again.answer().getLeader().getKey().toStringUtf8()).isEqualTo(place);
    assertThat(later.isOver()).isFalse();
    later.giveUp();
    PATIENT.until("only the leader is there", () -> keys(name).size() == 1);
  }

  @Test
  void aHolderThatAsksAgainAndGivesUpStillHolds() {
    String name = freshName();
    long lease = lease();
    var held = ConcurrencyContract.get(client.getLockClient().lock(bytes(name), lease));
    Waiter<LockResponse> again = lock(name, lease);
    assertThat(again.answer().getKey().toStringUtf8()).isEqualTo(held.getKey().toString());
    again.giveUp();
    Waiter<LockResponse> other = lock(name, lease());
    PATIENT.until("another one waits", () -> keys(name).size() == 2);
    assertThat(other.isOver()).isFalse();
    other.giveUp();
    PATIENT.until("only the holder is there", () -> keys(name).size() == 1);
    assertThat(keys(name)).containsExactly(held.getKey().toString());
  }

  @Test
  void aWaiterWhoseLeaseEndsIsToldAtOnce() {
    String name = freshName();
    var _ = ConcurrencyContract.get(client.getLockClient().lock(bytes(name), lease()));
    long lease = lease();
    Waiter<LockResponse> waiting = lock(name, lease);
    long other = lease();
    Waiter<CampaignResponse> candidate =
        waiter(ElectionGrpc.getCampaignMethod(), CallOptions.DEFAULT, campaign(name, other, "me"));
    PATIENT.until("both wait", () -> keys(name).size() == 3);
    var _ = ConcurrencyContract.get(client.getLeaseClient().revoke(lease));
    Status status = waiting.failure();
    assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(status.getDescription()).isEqualTo("mutex: session is expired");
    var _ = ConcurrencyContract.get(client.getLeaseClient().revoke(other));
    assertThat(candidate.failure().getDescription()).isEqualTo("election: not leader");
  }

  @Test
  void compactionDoesNotEndAWait() {
    String name = freshName();
    RawData data = new RawData(channel);
    var held = ConcurrencyContract.get(client.getLockClient().lock(bytes(name), lease()));
    Waiter<LockResponse> waiting = lock(name, lease());
    PATIENT.until("it waits", () -> keys(name).size() == 2);
    for (int i = 0; i < 300; i++) {
      long _ = data.put("elsewhere", "" + i);
    }
    data.compact(data.revision());
    var _ = ConcurrencyContract.get(client.getLockClient().unlock(held.getKey()));
    assertThat(waiting.answer().getHeader().getRevision()).isPositive();
  }

  @Test
  void errorsOfTheStoreComeWithoutTheirCodeAsFromEtcd() {
    Status missing = lock(freshName(), 4711).failure();
    assertThat(missing.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(missing.getDescription()).isEqualTo("etcdserver: requested lease not found");
  }

  @Test
  void requestsWithoutALeaderAreRefused() {
    Status proclaim =
        waiter(
                ElectionGrpc.getProclaimMethod(),
                CallOptions.DEFAULT,
                io.etcd.jetcd.api.ProclaimRequest.getDefaultInstance())
            .failure();
    assertThat(proclaim.getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(proclaim.getDescription()).isEqualTo("\"leader\" field must be provided");
    Status resign =
        waiter(
                ElectionGrpc.getResignMethod(),
                CallOptions.DEFAULT,
                io.etcd.jetcd.api.ResignRequest.getDefaultInstance())
            .failure();
    assertThat(resign.getDescription()).isEqualTo("\"leader\" field must be provided");
  }

  @Test
  void whoWaitsIsSentElsewhereWhenTheGatewayStops() {
    try (GatewayFixture other = GatewayFixture.inMemory()) {
      ManagedChannel connection = other.channel();
      String name = freshName();
      Waiter<LockResponse> holder =
          new Waiter<>(
              connection,
              LockGrpc.getLockMethod(),
              CallOptions.DEFAULT,
              LockRequest.newBuilder().setName(utf8(name)).build());
      assertThat(holder.answer().getKey().toStringUtf8()).startsWith(name);
      Waiter<LockResponse> waiting =
          new Waiter<>(
              connection,
              LockGrpc.getLockMethod(),
              CallOptions.DEFAULT,
              LockRequest.newBuilder().setName(utf8(name)).build());
      Waiter<LeaderResponse> observer =
          new Waiter<>(
              connection,
              ElectionGrpc.getObserveMethod(),
              CallOptions.DEFAULT,
              LeaderRequest.newBuilder().setName(utf8("nobody")).build());
      PATIENT.until(
          "the second waits", () -> new RawData(connection).prefix(name + "/").getCount() == 2);
      other.stop();
      assertThat(waiting.failure().getDescription()).isEqualTo("etcdserver: server stopped");
      assertThat(waiting.failure().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(observer.failure().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  private Waiter<LockResponse> lock(String name, long lease) {
    return waiter(
        LockGrpc.getLockMethod(),
        CallOptions.DEFAULT,
        LockRequest.newBuilder().setName(utf8(name)).setLease(lease).build());
  }

  private Waiter<CampaignResponse> candidate(String name, long lease, String value) {
    return waiter(
        ElectionGrpc.getCampaignMethod(), CallOptions.DEFAULT, campaign(name, lease, value));
  }

  private String value(String key) {
    return ConcurrencyContract.get(client.getKVClient().get(bytes(key)))
        .getKvs()
        .getFirst()
        .getValue()
        .toString();
  }

  private static CampaignRequest campaign(String name, long lease, String value) {
    return CampaignRequest.newBuilder()
        .setName(utf8(name))
        .setLease(lease)
        .setValue(utf8(value))
        .build();
  }

  private <Q extends MessageLite, A> Waiter<A> waiter(
      MethodDescriptor<Q, A> method, CallOptions options, Q request) {
    return new Waiter<>(channel, method, options, request);
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** A call that may be given up. */
  private static final class Waiter<A> {
    private final CompletableFuture<A> answer = new CompletableFuture<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final ClientCall<?, A> call;

    <Q> Waiter(
        ManagedChannel channel, MethodDescriptor<Q, A> method, CallOptions options, Q request) {
      ClientCall<Q, A> begun = channel.newCall(method, options);
      call = begun;
      begun.start(
          new ClientCall.Listener<>() {
            @Override
            public void onMessage(A message) {
              answer.complete(message);
            }

            @Override
            public void onClose(Status status, Metadata unused) {
              end.complete(status);
            }
          },
          new Metadata());
      begun.request(2);
      begun.sendMessage(request);
      begun.halfClose();
    }

    void giveUp() {
      call.cancel("enough", null);
    }

    A answer() {
      return ConcurrencyContract.get(
          CompletableFuture.anyOf(answer, end)
              .thenCompose(_ -> {
                if (!answer.isDone()) {
                  throw new AssertionError("no answer but " + end.join());
                }
                return answer;
              }));
    }

    Status failure() {
      return ConcurrencyContract.get(end);
    }

    boolean isOver() {
      return end.isDone();
    }
  }
}
