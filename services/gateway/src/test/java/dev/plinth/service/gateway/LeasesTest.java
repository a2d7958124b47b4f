package dev.plinth.service.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.LeaseTimeToLiveResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LeasesTest {
  private final GatewayFixture gateway = GatewayFixture.inMemory();
  private final LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(gateway.channel());
  private final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(gateway.channel());

  @AfterEach
  void close() {
    gateway.close();
  }

  private LeaseGrantResponse grant(long id, long ttl) {
    return leases.leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(ttl).build());
  }

  private LeaseTimeToLiveResponse describe(long id) {
    return leases.leaseTimeToLive(
        LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(true).build());
  }

  @Test
  void aTimeThatIsTooShortIsRaisedAndOneThatIsTooLongRefused() {
    assertThat(grant(0, 60).getID()).isPositive();
    assertThat(grant(5, 0).getTTL()).isEqualTo(2);
    assertThat(grant(6, -7).getTTL()).isEqualTo(2);
    assertThat(grant(-8, 9_000_000_000L).getID()).isEqualTo(-8);
    assertThatThrownBy(() -> grant(9, 9_000_000_001L))
        .hasMessage("OUT_OF_RANGE: etcdserver: too large lease TTL");
    assertThatThrownBy(() -> grant(-8, 10))
        .hasMessage("FAILED_PRECONDITION: etcdserver: lease already exists");
  }

  @Test
  void aLeaseTakesItsKeysWithIt() {
    ByteString key = ByteString.copyFromUtf8("a");
    grant(5, 1000);
    assertThat(
            kv.put(PutRequest.newBuilder().setKey(key).setLease(5).build())
                .getHeader()
                .getRevision())
        .isEqualTo(2);
    assertThat(describe(5).getKeysList()).containsExactly(key);
    assertThat(describe(5).getGrantedTTL()).isEqualTo(1000);

    assertThat(
            leases
                .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(5).build())
                .getHeader()
                .getRevision())
        .isEqualTo(3);

    assertThat(kv.range(RangeRequest.newBuilder().setKey(key).build()).getCount()).isZero();
    assertThat(describe(5).getTTL()).isEqualTo(-1);
    assertThatThrownBy(() -> leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(5).build()))
        .hasMessage("NOT_FOUND: etcdserver: requested lease not found");
  }

  @Test
  void renewalsAreAnsweredInOrderAndTheMissingOnesWithZero() throws InterruptedException {
    grant(5, 1000);
    grant(6, 2000);
    Queue<LeaseKeepAliveResponse> answers = new ConcurrentLinkedQueue<>();
    CountDownLatch over = new CountDownLatch(1);
    StreamObserver<LeaseKeepAliveRequest> requests =
        LeaseGrpc.newStub(gateway.channel())
            .leaseKeepAlive(
                new StreamObserver<>() {
                  @Override
                  public void onNext(LeaseKeepAliveResponse answer) {
                    answers.add(answer);
                  }

                  @Override
                  public void onError(Throwable failed) {
                    // The latch stays, which fails the test.
                  }

                  @Override
                  public void onCompleted() {
                    over.countDown();
                  }
                });
    for (long id : List.of(5L, 7L, 6L, 5L)) {
      requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(id).build());
    }
    requests.onCompleted();

    assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(answers).extracting(LeaseKeepAliveResponse::getID).containsExactly(5L, 7L, 6L, 5L);
    assertThat(answers)
        .extracting(LeaseKeepAliveResponse::getTTL)
        .containsExactly(1000L, 0L, 2000L, 1000L);
    assertThat(answers).allMatch(answer -> answer.getHeader().getRevision() == 1);
  }
}
