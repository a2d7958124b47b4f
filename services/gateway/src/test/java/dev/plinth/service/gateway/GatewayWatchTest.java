package dev.plinth.service.gateway;

import static dev.plinth.service.gateway.RawWatch.on;
import static dev.plinth.service.gateway.RawWatch.onPrefix;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.tck.VirtualRuntime;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Watch streams of the gateway, also where they do better than etcd's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GatewayWatchTest implements WatchProtocolContract {
  private static final int MANY = 10_000;

  private GatewayFixture gateway;
  private ManagedChannel channel;

  @BeforeAll
  void start() {
    gateway = GatewayFixture.inMemory();
    channel = gateway.channel();
  }

  @AfterAll
  void stop() {
    gateway.close();
  }

  @Override
  public Channel channel() {
    return channel;
  }

  @Test
  void aNegativeStartIsRefusedAsCompacted() {
    try (RawWatch watch = RawWatch.open(channel)) {
      WatchResponse refused = watch.created(on("a").setStartRevision(-1));
      assertThat(refused.getCreated()).isTrue();
      assertThat(refused.getCanceled()).isTrue();
      assertThat(refused.getWatchId()).isEqualTo(-1);
      assertThat(refused.getCompactRevision()).isZero();
      assertThat(refused.getCancelReason())
          .isEqualTo("etcdserver: mvcc: required revision has been compacted");
    }
  }

  @Test
  void progressIsNotToldWhileAWatchIsEndedAndNotCancelled() {
    RawData data = new RawData(channel);
    long first = data.put("ended/a", "1");
    data.compact(data.put("ended/a", "2"));
    try (RawWatch watch = RawWatch.open(channel)) {
      assertThat(watch.created(on("ended/b")).getCreated()).isTrue();
      assertThat(watch.created(on("ended/a").setStartRevision(first)).getCreated()).isTrue();
      assertThat(watch.next().getCompactRevision()).isPositive();
      watch.askForProgress();
      watch.cancel(1);
      assertThat(watch.next().getCanceled()).isTrue();
      watch.askForProgress();
      assertThat(watch.next().getWatchId()).isEqualTo(-1);
    }
  }

  @Test
  void idleWatchesThatWantItAreToldTheirProgressFromTimeToTime() {
    VirtualRuntime time = new VirtualRuntime();
    try (GatewayFixture slow = GatewayFixture.inMemory(time)) {
      Channel connection = slow.channel();
      RawData data = new RawData(connection);
      try (RawWatch watch = RawWatch.open(connection)) {
        assertThat(watch.created(on("busy").setProgressNotify(true)).getWatchId()).isZero();
        assertThat(watch.created(on("idle").setProgressNotify(true)).getWatchId()).isEqualTo(1);
        assertThat(watch.created(on("quiet")).getWatchId()).isEqualTo(2);
        long put = data.put("busy", "1");
        assertThat(watch.events(1).getFirst().getKv().getModRevision()).isEqualTo(put);
        time.advance(Duration.ofMinutes(11));
        WatchResponse progress = watch.next();
        assertThat(progress.getWatchId()).isEqualTo(1);
        assertThat(progress.getEventsCount()).isZero();
        assertThat(progress.getHeader().getRevision()).isEqualTo(put);
        // The busy one had an event and is told when it was idle all the time.
        time.advance(Duration.ofMinutes(11));
        Set<Long> told = new HashSet<>(Set.of(watch.next().getWatchId()));
        told.add(watch.next().getWatchId());
        assertThat(told).containsExactlyInAnyOrder(0L, 1L);
        assertThat(watch.created(on("end")).getCreated()).isTrue();
      }
    }
    time.close();
  }

  @Test
  void aClientThatDoesNotReadCostsNoMemoryAndDelaysNobody() {
    RawData data = new RawData(channel);
    ByteString large = ByteString.copyFrom(new byte[16 << 10]);
    int puts = 1_200;
    // What the store keeps for a watch, and the transport for a connection.
    int few = 600;
    try (RawWatch stalled = RawWatch.stalled(gateway.channel());
        RawWatch reading = RawWatch.open(channel)) {
      stalled.create(onPrefix("slow/"));
      stalled.read(1);
      assertThat(stalled.next().getCreated()).isTrue();
      assertThat(reading.created(onPrefix("slow/")).getCreated()).isTrue();
      for (int i = 0; i < puts; i++) {
        long _ = data.put("slow/" + i, large, 0);
      }
      assertThat(reading.events(puts)).hasSize(puts);
      // What had been kept for the slow one would come in spite of this.
      data.compact(data.revision());
      stalled.read(puts);
      int before = 0;
      WatchResponse answer = stalled.next();
      while (!answer.getCanceled()) {
        before += answer.getEventsCount();
        answer = stalled.next();
      }
      assertThat(answer.getCompactRevision()).isEqualTo(data.revision());
      assertThat(before).isLessThan(few);
    }
  }

  @Test
  void aClientThatReadsLaterMissesNothing() {
    RawData data = new RawData(channel);
    try (RawWatch stalled = RawWatch.stalled(gateway.channel())) {
      stalled.create(onPrefix("later/"));
      stalled.read(1);
      assertThat(stalled.next().getCreated()).isTrue();
      for (int i = 0; i < 2_000; i++) {
        long _ = data.put("later/" + i % 10, i + "x".repeat(200));
      }
      stalled.read(2_000);
      List<Event> events = stalled.events(2_000);
      for (int i = 0; i < 2_000; i++) {
        assertThat(events.get(i).getKv().getValue().toStringUtf8()).startsWith(i + "x");
      }
    }
  }

  @Test
  void manyWatchesShareAStream() {
    RawData data = new RawData(channel);
    try (RawWatch watch = RawWatch.open(channel)) {
      for (int i = 0; i < MANY; i++) {
        watch.create(i % 10 == 0 ? on("many/all") : on("many/" + i));
      }
      for (int i = 0; i < MANY; i++) {
        assertThat(watch.next().getWatchId()).isEqualTo(i);
      }
      long put = data.put("many/all", "1");
      Set<Long> told = new HashSet<>();
      for (int i = 0; i < MANY / 10; i++) {
        WatchResponse event = watch.next();
        assertThat(event.getEvents(0).getKv().getModRevision()).isEqualTo(put);
        told.add(event.getWatchId());
      }
      assertThat(told).hasSize(MANY / 10).allMatch(id -> id % 10 == 0);
      long other = data.put("many/7", "1");
      assertThat(watch.next().getWatchId()).isEqualTo(7);
      watch.askForProgress();
      WatchResponse progress = watch.next();
      assertThat(progress.getWatchId()).isEqualTo(-1);
      assertThat(progress.getHeader().getRevision()).isGreaterThanOrEqualTo(other);
      for (int i = 0; i < MANY; i++) {
        watch.cancel(i);
      }
      for (int i = 0; i < MANY; i++) {
        WatchResponse cancelled = watch.next();
        assertThat(cancelled.getWatchId()).isEqualTo(i);
        assertThat(cancelled.getCanceled()).isTrue();
      }
    }
  }

  @Test
  void progressUnderLoadIsNeverAheadOfWhatWasSent() {
    RawData data = new RawData(channel);
    try (RawWatch watch = RawWatch.open(channel)) {
      assertThat(watch.created(onPrefix("load/a")).getCreated()).isTrue();
      assertThat(watch.created(onPrefix("load/b")).getCreated()).isTrue();
      long progress = 0;
      int marks = 0;
      for (int i = 0; i < 500; i++) {
        long put = data.put(i % 2 == 0 ? "load/a" : "load/b", "" + i);
        watch.askForProgress();
        boolean arrived = false;
        while (!arrived) {
          WatchResponse answer = watch.next();
          if (answer.getEventsCount() == 0) {
            marks++;
            progress = Math.max(progress, answer.getHeader().getRevision());
          }
          for (Event event : answer.getEventsList()) {
            assertThat(event.getKv().getModRevision()).isGreaterThan(progress);
            arrived |= event.getKv().getModRevision() == put;
          }
        }
      }
      assertThat(marks).isPositive();
    }
  }

  @Test
  void aStreamWithoutWatchesEndsWithItsRequests() {
    try (RawWatch watch = RawWatch.open(channel)) {
      assertThat(watch.created(on("a")).getCreated()).isTrue();
      watch.cancel(0);
      watch.halfClose();
      assertThat(watch.next().getCanceled()).isTrue();
      assertThat(watch.end().isOk()).isTrue();
    }
  }

  @Test
  void clientsAreSentElsewhereWhenTheGatewayStops() {
    try (GatewayFixture other = GatewayFixture.inMemory()) {
      try (RawWatch watch = RawWatch.open(other.channel())) {
        assertThat(watch.created(on("a")).getCreated()).isTrue();
        other.stop();
        Status end = watch.end();
        assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(end.getDescription()).isEqualTo("etcdserver: server stopped");
      }
    }
  }
}
