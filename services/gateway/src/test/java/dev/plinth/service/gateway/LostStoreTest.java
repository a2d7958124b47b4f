package dev.plinth.service.gateway;

import static dev.plinth.service.gateway.RawWatch.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.storage.etcd.testing.EtcdClient;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.storage.etcd.testing.TcpProxy;
import dev.plinth.tck.Await;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients see when the store behind the gateway goes away, or comes back without its data. */
final class LostStoreTest {
  private static final Await PATIENT = new Await(Duration.ofSeconds(60));
  private static final Map<String, ?> SETTINGS = Map.of("request-timeout", "15s");

  private EtcdServers servers;

  /** How a store goes away. */
  enum Outage {
    /** Nobody listens there any more. */
    GONE {
      @Override
      void begin(TcpProxy proxy) {
        proxy.cut();
      }
    },
    /** Nobody answers there any more. */
    SILENT {
      @Override
      void begin(TcpProxy proxy) {
        proxy.stall();
      }
    };

    abstract void begin(TcpProxy proxy);
  }

  @BeforeEach
  void start() {
    servers = EtcdServers.start("3.5", 1);
  }

  @AfterEach
  void stop() {
    servers.close();
  }

  @ParameterizedTest
  @EnumSource
  void clientsThatNeedALeaderAreSentAwayAndOthersWait(Outage outage) {
    try (TcpProxy proxy = TcpProxy.to(servers.members().getFirst().port());
        GatewayFixture gateway = over(List.of(proxy.endpoint()))) {
      Channel channel = gateway.channel();
      try (RawWatch demanding = RawWatch.needingLeader(channel);
          RawWatch patient = RawWatch.open(channel)) {
        assertThat(demanding.created(on("outage")).getCreated()).isTrue();
        assertThat(patient.created(on("outage")).getCreated()).isTrue();
        outage.begin(proxy);
        assertNoLeader(demanding.end());
        try (RawWatch late = RawWatch.needingLeader(channel)) {
          assertNoLeader(late.end());
        }
        proxy.heal();
        PATIENT.until("it leads again", () -> isServed(channel));
        long put = new RawData(channel).put("outage", "1");
        assertThat(patient.events(1).getFirst().getKv().getModRevision()).isEqualTo(put);
      }
    }
  }

  private static boolean isServed(Channel channel) {
    try (RawWatch again = RawWatch.needingLeader(channel)) {
      again.create(on("outage"));
      return again.nextUnlessEnded().isPresent();
    }
  }

  private static void assertNoLeader(Status end) {
    assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(end.getDescription()).isEqualTo("etcdserver: no leader");
  }

  @Test
  void whoWatchedDataThatIsGoneIsToldToReadAnew() {
    try (GatewayFixture gateway = over(servers.endpoints())) {
      Channel channel = gateway.channel();
      RawData data = new RawData(channel);
      try (RawWatch watch = RawWatch.open(channel)) {
        assertThat(data.put("gone", "1")).isPositive();
        assertThat(watch.created(on("gone")).getCreated()).isTrue();
        servers.loseEverything();
        WatchResponse end = watch.next();
        assertThat(end.getWatchId()).isZero();
        assertThat(end.getEventsCount()).isZero();
        assertThat(end.getCanceled()).isTrue();
        assertThat(end.getCompactRevision()).isPositive();
      }
      assertThatThrownBy(() -> data.range("gone"))
          .hasMessage("DATA_LOSS: etcdserver: corrupt cluster");
    }
  }

  private static GatewayFixture over(List<String> endpoints) {
    return GatewayFixture.on(EtcdClient.open(endpoints, SETTINGS, () -> {}));
  }
}
