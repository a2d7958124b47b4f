package dev.plinth.service.gateway;

import static dev.plinth.service.gateway.ConcurrencyContract.PATIENT;
import static dev.plinth.service.gateway.ConcurrencyContract.bytes;
import static dev.plinth.service.gateway.ConcurrencyContract.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.stub.StreamObserver;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** The gateway as an application in Java uses it, with the client that it would use for etcd. */
final class JetcdClientTest {

  @Test
  void dataIsWrittenReadAndChangedUnderConditions() {
    try (GatewayFixture gateway = GatewayFixture.inMemory()) {
      KV data = gateway.client().getKVClient();
      var _ = get(data.put(bytes("d/a"), bytes("1")));
      var _ = get(data.put(bytes("d/b"), bytes("2")));
      GetOption all = GetOption.builder().isPrefix(true).build();
      assertThat(get(data.get(bytes("d/"), all)).getKvs().stream().map(KeyValue::getKey))
          .containsExactly(bytes("d/a"), bytes("d/b"));
      var won =
          get(
              data.txn()
                  .If(new Cmp(bytes("d/a"), Cmp.Op.EQUAL, CmpTarget.value(bytes("1"))))
                  .Then(Op.put(bytes("d/a"), bytes("3"), PutOption.DEFAULT))
                  .Else(Op.get(bytes("d/a"), GetOption.DEFAULT))
                  .commit());
      assertThat(won.isSucceeded()).isTrue();
      assertThat(get(data.get(bytes("d/a"))).getKvs().getFirst().getVersion()).isEqualTo(2);
      DeleteOption prefix = DeleteOption.builder().isPrefix(true).withPrevKV(true).build();
      assertThat(get(data.delete(bytes("d/"), prefix)).getPrevKvs()).hasSize(2);
    }
  }

  @Test
  void watchesDeliverAndEndWhenHistoryIsGone() {
    try (GatewayFixture gateway = GatewayFixture.inMemory()) {
      Client client = gateway.client();
      KV data = client.getKVClient();
      Recorder recorder = new Recorder();
      WatchOption prefix =
          WatchOption.builder().isPrefix(true).withPrevKV(true).withCreateNotify(true).build();
      try (Watch.Watcher _ = client.getWatchClient().watch(bytes("w/"), prefix, recorder)) {
        PATIENT.until("the watch is created", () -> recorder.told.contains("created"));
        long first = get(data.put(bytes("w/a"), bytes("1"))).getHeader().getRevision();
        var _ = get(data.put(bytes("w/a"), bytes("2")));
        long last = get(data.delete(bytes("w/a"))).getHeader().getRevision();
        PATIENT.until("three events", () -> recorder.told.size() >= 4);
        assertThat(recorder.told)
            .containsExactly("created", "PUT w/a 1 ", "PUT w/a 2 1", "DELETE w/a  2");
        var _ = get(data.compact(last));
        Recorder late = new Recorder();
        WatchOption past = WatchOption.builder().withRevision(first).build();
        try (Watch.Watcher _ = client.getWatchClient().watch(bytes("w/a"), past, late)) {
          PATIENT.until("the watch fails", () -> !late.failures.isEmpty());
          assertThat(late.failures.peek())
              .isInstanceOfSatisfying(
                  CompactedException.class,
                  lost -> assertThat(lost.getCompactedRevision()).isEqualTo(last));
        }
      }
    }
  }

  @Test
  void leasesAreKeptAliveAndTakeTheirKeysAlong() {
    try (GatewayFixture gateway = GatewayFixture.inMemory()) {
      Client client = gateway.client();
      long lease = get(client.getLeaseClient().grant(60)).getID();
      PutOption attached = PutOption.builder().withLeaseId(lease).build();
      var _ = get(client.getKVClient().put(bytes("a"), bytes("1"), attached));
      Queue<Long> renewed = new ConcurrentLinkedQueue<>();
      try (CloseableClient _ = client.getLeaseClient().keepAlive(lease, new Renewals(renewed))) {
        PATIENT.until("a renewal", () -> renewed.contains(60L));
      }
      var _ = get(client.getLeaseClient().revoke(lease));
      assertThat(get(client.getKVClient().get(bytes("a"))).getCount()).isZero();
    }
  }

  /** Notes renewals. */
  private record Renewals(Queue<Long> renewed)
      implements StreamObserver<io.etcd.jetcd.lease.LeaseKeepAliveResponse> {
    @Override
    public void onNext(io.etcd.jetcd.lease.LeaseKeepAliveResponse response) {
      renewed.add(response.getTTL());
    }

    @Override
    public void onError(Throwable thrown) {
      // Closing the client ends the stream so.
    }

    @Override
    public void onCompleted() {}
  }

  /** Notes what a watch says. */
  private static final class Recorder implements Watch.Listener {
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @Override
    public void onNext(WatchResponse response) {
      if (response.isCreatedNotify()) {
        told.add("created");
      }
      for (WatchEvent event : response.getEvents()) {
        KeyValue entry = event.getKeyValue();
        told.add(
            event.getEventType()
                + " "
                + entry.getKey()
                + " "
                + entry.getValue()
                + " "
                + event.getPrevKV().getValue());
      }
    }

    @Override
    public void onError(Throwable thrown) {
      failures.add(thrown);
    }

    @Override
    public void onCompleted() {}
  }
}
