package dev.plinth.storage.etcd.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.plinth.storage.etcd.testing.TcpProxy.Direction;
import dev.plinth.tck.Await;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a disturbed connection looks like to a gRPC client of a real server. */
final class TcpProxyTest {
  private static final Await AWAIT = new Await(Duration.ofSeconds(30));
  private static final ByteString KEY = ByteString.copyFromUtf8("key");

  private static void withClient(Consumer<Client> test) {
    try (EtcdServers servers = EtcdServers.start(EtcdOptions.of(EtcdInstallation.newest(), 1));
        TcpProxy proxy = TcpProxy.to(servers.members().getFirst().port())) {
      ManagedChannel channel =
          NettyChannelBuilder.forTarget("dns:///" + proxy.endpoint()).usePlaintext().build();
      try {
        test.accept(new Client(servers, proxy, channel));
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private record Client(EtcdServers servers, TcpProxy proxy, ManagedChannel channel) {
    void put(String value) {
      put(value, Duration.ofSeconds(20));
    }

    void put(String value, Duration deadline) {
      PutRequest request =
          PutRequest.newBuilder().setKey(KEY).setValue(ByteString.copyFromUtf8(value)).build();
      Object unused = stub(deadline).put(request);
    }

    void putWaiting(String value) {
      PutRequest request =
          PutRequest.newBuilder().setKey(KEY).setValue(ByteString.copyFromUtf8(value)).build();
      Object unused = stub(Duration.ofSeconds(20)).withWaitForReady().put(request);
    }

    long count() {
      RangeRequest request = RangeRequest.newBuilder().setKey(KEY).build();
      return stub(Duration.ofSeconds(20)).withWaitForReady().range(request).getCount();
    }

    KVGrpc.KVBlockingStub stub(Duration deadline) {
      return KVGrpc.newBlockingStub(channel)
          .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** What a watch was told. */
  private static final class Observer implements StreamObserver<WatchResponse> {
    final Queue<WatchResponse> responses = new ConcurrentLinkedQueue<>();
    final Queue<Status> ends = new ConcurrentLinkedQueue<>();

    @Override
    public void onNext(WatchResponse response) {
      responses.add(response);
    }

    @Override
    public void onError(Throwable error) {
      ends.add(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      ends.add(Status.OK);
    }
  }

  private static StreamObserver<WatchRequest> watch(Client client, Observer observer) {
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(client.channel()).withWaitForReady().watch(observer);
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(KEY))
            .build());
    AWAIT.until("the watch is created", () -> !observer.responses.isEmpty());
    return requests;
  }

  @Test
  void callsPassAndARefusedConnectionIsUnavailable() {
    withClient(client -> {
      client.put("1");
      assertThat(client.count()).isEqualTo(1);
      assertThat(client.proxy().connections()).isEqualTo(1);
      client.proxy().cut();
      assertThatThrownBy(() -> client.put("2"))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              error -> assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
      client.proxy().heal();
      client.putWaiting("3");
      assertThat(client.servers().etcdctl().run("get", "key")).contains("3");
    });
  }

  @Test
  void aStalledCallIsCarriedOutWhenTheConnectionIsHealed() {
    withClient(client -> {
      client.put("1");
      client.proxy().stall(Direction.REQUESTS);
      assertThatThrownBy(() -> client.put("2", Duration.ofSeconds(2)))
          .hasMessageContaining("DEADLINE_EXCEEDED");
      assertThat(client.servers().etcdctl().run("get", "key")).contains("1");
      client.proxy().heal();
      client.put("3");
      assertThat(client.proxy().connections()).isEqualTo(1);
    });
  }

  @Test
  void aLostAnswerIsThatOfARequestThatWasCarriedOut() {
    withClient(client -> {
      client.put("1");
      for (int i = 0; i < 20; i++) {
        String value = "lost-" + i;
        client.proxy().loseNextAnswer();
        assertThatThrownBy(() -> client.put(value)).hasMessageContaining("UNAVAILABLE");
        assertThat(client.servers().etcdctl().run("get", "key")).contains(value);
        client.putWaiting("next-" + i);
      }
    });
  }

  @Test
  void endedStreamsEndWellAndTheConnectionGoesOn() {
    withClient(client -> {
      for (int i = 0; i < 20; i++) {
        Observer observer = new Observer();
        StreamObserver<WatchRequest> unused = watch(client, observer);
        client.put("" + i);
        AWAIT.until("a change", () -> observer.responses.size() == 2);
        client.proxy().endStreams();
        AWAIT.until("the end", () -> !observer.ends.isEmpty());
        assertThat(observer.ends.peek().getCode()).isEqualTo(Status.Code.OK);
        assertThat(client.count()).isEqualTo(1);
        assertThat(client.proxy().connections()).isEqualTo(1);
      }
    });
  }

  @Test
  void aConnectionIsCutInTheMiddleOfAnAnswer() {
    withClient(client -> {
      Observer observer = new Observer();
      StreamObserver<WatchRequest> unused = watch(client, observer);
      client.proxy().cutAfter(Direction.ANSWERS, 10);
      String unusedAnswer = client.servers().etcdctl().run("put", "key", "value");
      AWAIT.until("the end", () -> !observer.ends.isEmpty());
      assertThat(observer.ends.peek().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(observer.responses).hasSize(1);
      client.proxy().heal();
      assertThat(client.count()).isEqualTo(1);
    });
  }

  @Test
  void delayedCallsTakeLongerAndSucceed() {
    withClient(client -> {
      client.put("1");
      client.proxy().delay(Duration.ofMillis(50));
      long begun = System.nanoTime();
      client.put("2");
      assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(100_000_000);
    });
  }
}
