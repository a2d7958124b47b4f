package dev.plinth.service.gateway;

import static dev.plinth.service.gateway.RawWatch.inParts;
import static dev.plinth.service.gateway.RawWatch.isFragment;
import static dev.plinth.service.gateway.RawWatch.on;
import static dev.plinth.service.gateway.RawWatch.onPrefix;
import static dev.plinth.service.gateway.RawWatch.withId;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.tck.Await;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Channel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What clients see on a watch stream, of etcd and of the gateway alike. */
interface WatchProtocolContract {
  /** Returns a channel to the server. */
  Channel channel();

  /** Returns a prefix that no other test uses. */
  default String prefix() {
    return UUID.randomUUID() + "/";
  }

  @Test
  default void creationIsAnsweredFirstAndIdsCountFromZero() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    try (RawWatch watch = RawWatch.open(channel())) {
      long before = data.revision();
      WatchResponse first = watch.created(onPrefix(prefix));
      assertThat(first.getWatchId()).isZero();
      assertThat(first.getCreated()).isTrue();
      assertThat(first.getCanceled()).isFalse();
      assertThat(first.getEventsCount()).isZero();
      assertThat(first.getHeader().getRevision()).isEqualTo(before);
      assertThat(first.getHeader().getClusterId()).isNotZero();
      assertThat(first.getHeader().getMemberId()).isNotZero();
      assertThat(first.getHeader().getRaftTerm()).isPositive();
      assertThat(watch.created(on(prefix + "b")).getWatchId()).isEqualTo(1);

      long put = data.put(prefix + "a", "1");
      WatchResponse event = watch.next();
      assertThat(event.getWatchId()).isZero();
      assertThat(event.getHeader().getRevision()).isEqualTo(put);
      assertThat(event.getEvents(0).getType()).isEqualTo(Event.EventType.PUT);
      assertThat(event.getEvents(0).getKv().getModRevision()).isEqualTo(put);
      assertThat(event.getEvents(0).getKv().getCreateRevision()).isEqualTo(put);
      assertThat(event.getEvents(0).getKv().getVersion()).isEqualTo(1);
      assertThat(event.getEvents(0).getKv().getValue().toStringUtf8()).isEqualTo("1");
    }
  }

  @Test
  default void historyComesBehindTheCreation() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    long first = data.put(prefix + "a", "1");
    long second = data.put(prefix + "a", "2");
    long third = data.delete(prefix + "a");
    try (RawWatch watch = RawWatch.open(channel())) {
      assertThat(watch.created(onPrefix(prefix).setStartRevision(first)).getCreated()).isTrue();
      List<Event> events = watch.events(3);
      assertThat(events.stream().map(event -> event.getKv().getModRevision()))
          .containsExactly(first, second, third);
      assertThat(events.getLast().getType()).isEqualTo(Event.EventType.DELETE);
      assertThat(events.getLast().getKv().getCreateRevision()).isZero();
      assertThat(events.getLast().getKv().getVersion()).isZero();
      assertThat(events.getLast().hasPrevKv()).isFalse();
    }
  }

  @Test
  default void clientsMayChooseIds() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    try (RawWatch watch = RawWatch.open(channel())) {
      assertThat(watch.created(withId(on(prefix + "a"), 1)).getWatchId()).isEqualTo(1);
      assertThat(watch.created(on(prefix + "b")).getWatchId()).isZero();
      // One is taken, so that the next free one is two.
      assertThat(watch.created(on(prefix + "c")).getWatchId()).isEqualTo(2);
      assertThat(watch.created(withId(on(prefix + "d"), -7)).getWatchId()).isEqualTo(-7);

      WatchResponse twice = watch.created(withId(on(prefix + "e"), 1));
      assertThat(twice.getCreated()).isTrue();
      assertThat(twice.getCanceled()).isTrue();
      assertThat(twice.getWatchId()).isEqualTo(-1);
      assertThat(twice.getCancelReason())
          .isEqualTo("mvcc: duplicate watch ID provided on the WatchStream");
      assertThat(twice.getHeader().getRevision()).isPositive();

      long put = data.put(prefix + "d", "1");
      WatchResponse event = watch.next();
      assertThat(event.getWatchId()).isEqualTo(-7);
      assertThat(event.getEvents(0).getKv().getModRevision()).isEqualTo(put);

      watch.cancel(1);
      assertThat(watch.next().getCanceled()).isTrue();
      assertThat(watch.created(withId(on(prefix + "e"), 1)).getCanceled()).isFalse();
    }
  }

  @Test
  default void anEmptyRangeIsRefusedAndTheStreamGoesOn() {
    String prefix = prefix();
    try (RawWatch watch = RawWatch.open(channel())) {
      for (String end : List.of(prefix + "a", prefix)) {
        WatchCreateRequest.Builder empty =
            on(prefix + "a").setRangeEnd(ByteString.copyFromUtf8(end));
        WatchResponse refused = watch.created(empty);
        assertThat(refused.getCreated()).isTrue();
        assertThat(refused.getCanceled()).isTrue();
        assertThat(refused.getWatchId()).isEqualTo(-1);
        assertThat(refused.getCancelReason()).isEqualTo("mvcc: watcher range is empty");
        assertThat(refused.getCompactRevision()).isZero();
      }
      assertThat(watch.created(on(prefix)).getWatchId()).isZero();
    }
  }

  @Test
  default void aKeyThatIsEmptyMeansTheLowestOne() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    ByteString zero = ByteString.copyFrom(new byte[1]);
    try (RawWatch watch = RawWatch.open(channel())) {
      assertThat(watch.created(WatchCreateRequest.newBuilder().setRangeEnd(zero)).getWatchId())
          .isZero();
      assertThat(watch.created(WatchCreateRequest.newBuilder()).getWatchId()).isEqualTo(1);
      long put = data.put(prefix, "1");
      WatchResponse event = watch.next();
      while (event.getHeader().getRevision() < put) {
        event = watch.next(); // another test's, as the whole key space is watched
      }
      assertThat(event.getWatchId()).isZero();
      assertThat(event.getEvents(0).getKv().getModRevision()).isEqualTo(put);
    }
  }

  @Test
  default void cancellingIsAnsweredOnceAndOnlyForKnownIds() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    try (RawWatch watch = RawWatch.open(channel())) {
      watch.cancel(99);
      watch.sendNothing();
      assertThat(watch.created(onPrefix(prefix)).getCreated()).isTrue();
      watch.cancel(0);
      WatchResponse cancelled = watch.next();
      assertThat(cancelled.getWatchId()).isZero();
      assertThat(cancelled.getCreated()).isFalse();
      assertThat(cancelled.getCanceled()).isTrue();
      assertThat(cancelled.getCancelReason()).isEmpty();
      assertThat(cancelled.getCompactRevision()).isZero();
      watch.cancel(0);
      long _ = data.put(prefix + "a", "1");
      // Nothing of the cancelled one comes before the answer to the next request.
      assertThat(watch.created(onPrefix(prefix)).getWatchId()).isEqualTo(1);
    }
  }

  @Test
  default void filtersLeaveOutKindsAndNeverLeaveAnEmptyAnswer() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    try (RawWatch watch = RawWatch.open(channel())) {
      assertThat(
              watch
                  .created(onPrefix(prefix).addFilters(WatchCreateRequest.FilterType.NOPUT))
                  .getWatchId())
          .isZero();
      assertThat(
              watch
                  .created(onPrefix(prefix).addFilters(WatchCreateRequest.FilterType.NODELETE))
                  .getWatchId())
          .isEqualTo(1);
      assertThat(
              watch
                  .created(
                      onPrefix(prefix)
                          .addFilters(WatchCreateRequest.FilterType.NODELETE)
                          .addFilters(WatchCreateRequest.FilterType.NOPUT))
                  .getWatchId())
          .isEqualTo(2);
      long put = data.put(prefix + "a", "1");
      long delete = data.delete(prefix + "a");
      // Two watches have no order among each other.
      Map<Long, Long> told = new HashMap<>();
      for (int i = 0; i < 2; i++) {
        WatchResponse answer = watch.next();
        assertThat(answer.getEventsCount()).isEqualTo(1);
        told.put(answer.getWatchId(), answer.getEvents(0).getKv().getModRevision());
      }
      assertThat(told).isEqualTo(Map.of(1L, put, 0L, delete));
      assertThat(watch.created(on(prefix)).getCreated()).isTrue();
    }
  }

  @Test
  default void previousVersionsComeOnlyWhenAskedFor() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    try (RawWatch watch = RawWatch.open(channel())) {
      assertThat(watch.created(onPrefix(prefix).setPrevKv(true)).getCreated()).isTrue();
      long first = data.put(prefix + "a", "1");
      long second = data.put(prefix + "a", "2");
      long _ = data.delete(prefix + "a");
      long again = data.put(prefix + "a", "3");
      List<Event> events = watch.events(4);
      assertThat(events.get(0).hasPrevKv()).isFalse();
      assertThat(events.get(1).getPrevKv().getModRevision()).isEqualTo(first);
      assertThat(events.get(1).getPrevKv().getValue().toStringUtf8()).isEqualTo("1");
      assertThat(events.get(2).getPrevKv().getModRevision()).isEqualTo(second);
      assertThat(events.get(2).getPrevKv().getVersion()).isEqualTo(2);
      assertThat(events.get(3).hasPrevKv()).isFalse();
      assertThat(events.get(3).getKv().getCreateRevision()).isEqualTo(again);
    }
  }

  @Test
  default void aStartThatIsCompactedEndsTheWatchButNotTheStream() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    long first = data.put(prefix + "a", "1");
    long second = data.put(prefix + "a", "2");
    data.compact(second);
    try (RawWatch watch = RawWatch.open(channel())) {
      WatchResponse created = watch.created(onPrefix(prefix).setStartRevision(first));
      assertThat(created.getCreated()).isTrue();
      assertThat(created.getCanceled()).isFalse();
      WatchResponse ended = watch.next();
      assertThat(ended.getWatchId()).isZero();
      assertThat(ended.getCanceled()).isTrue();
      assertThat(ended.getCompactRevision()).isGreaterThanOrEqualTo(second);
      assertThat(ended.getEventsCount()).isZero();
      // The id stays taken until the client cancels it, as clients do.
      assertThat(watch.created(on(prefix + "b")).getWatchId()).isEqualTo(1);
      watch.cancel(0);
      WatchResponse cancelled = watch.next();
      assertThat(cancelled.getWatchId()).isZero();
      assertThat(cancelled.getCanceled()).isTrue();
      long put = data.put(prefix + "b", "1");
      assertThat(watch.events(1).getFirst().getKv().getModRevision()).isEqualTo(put);
    }
  }

  @Test
  default void aStartAheadIsWaitedFor() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    try (RawWatch watch = RawWatch.open(channel())) {
      long now = data.revision();
      assertThat(watch.created(onPrefix(prefix).setStartRevision(now + 1_000_000)).getCreated())
          .isTrue();
      long _ = data.put(prefix + "a", "1");
      assertThat(watch.created(onPrefix(prefix)).getWatchId()).isEqualTo(1);
      long put = data.put(prefix + "a", "2");
      WatchResponse event = watch.next();
      assertThat(event.getWatchId()).isEqualTo(1);
      assertThat(event.getEvents(0).getKv().getModRevision()).isEqualTo(put);
    }
  }

  @Test
  default void progressIsToldForAllWatchesOfTheStreamTogether() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    try (RawWatch watch = RawWatch.open(channel())) {
      watch.askForProgress(); // nobody watches: no answer
      assertThat(watch.created(onPrefix(prefix)).getCreated()).isTrue();
      assertThat(watch.created(on(prefix + "b")).getCreated()).isTrue();
      long put = data.put(prefix + "a", "1");
      assertThat(watch.events(1).getFirst().getKv().getModRevision()).isEqualTo(put);
      long elsewhere = data.put(prefix(), "1");
      watch.askForProgress();
      WatchResponse progress = watch.next();
      assertThat(progress.getWatchId()).isEqualTo(-1);
      assertThat(progress.getEventsCount()).isZero();
      assertThat(progress.getCreated()).isFalse();
      assertThat(progress.getCanceled()).isFalse();
      assertThat(progress.getHeader().getRevision()).isGreaterThanOrEqualTo(elsewhere);
    }
  }

  @Test
  default void progressNeverComesBeforeTheHistoryThatIsOwed() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    long first = data.put(prefix + "a", "0");
    for (int i = 1; i < 50; i++) {
      long _ = data.put(prefix + "a", "" + i);
    }
    try (RawWatch watch = RawWatch.open(channel())) {
      watch.create(onPrefix(prefix).setStartRevision(first));
      watch.askForProgress();
      assertThat(watch.next().getCreated()).isTrue();
      assertThat(watch.events(50)).hasSize(50);
    }
  }

  @Test
  default void largeAnswersComeInPartsOnlyIfTheClientCanTakeThem() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    List<String> keys = List.of(prefix + "a", prefix + "b");
    ByteString half = ByteString.copyFrom(new byte[700 << 10]);
    long _ = data.putAll(keys, half);
    // With what was before, twice as much as a request may have.
    long large = data.putAll(keys, half);
    try (RawWatch watch = RawWatch.open(channel())) {
      var wanted = inParts(onPrefix(prefix)).setPrevKv(true).setStartRevision(large);
      assertThat(watch.created(wanted).getCreated()).isTrue();
      WatchResponse one = watch.next();
      WatchResponse two = watch.next();
      assertThat(keysOf(one)).containsExactly(prefix + "a");
      assertThat(isFragment(one)).isTrue();
      assertThat(keysOf(two)).containsExactly(prefix + "b");
      assertThat(isFragment(two)).isFalse();
    }
    try (RawWatch watch = RawWatch.open(channel())) {
      var wanted = onPrefix(prefix).setPrevKv(true).setStartRevision(large);
      assertThat(watch.created(wanted).getCreated()).isTrue();
      WatchResponse whole = watch.next();
      assertThat(keysOf(whole)).containsExactlyElementsOf(keys);
      assertThat(isFragment(whole)).isFalse();
    }
  }

  private static List<String> keysOf(WatchResponse response) {
    return response.getEventsList().stream()
        .map(event -> event.getKv().getKey().toStringUtf8())
        .toList();
  }

  @Test
  default void aClientThatAsksForNothingMoreStillListens() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    try (RawWatch watch = RawWatch.open(channel())) {
      assertThat(watch.created(onPrefix(prefix)).getCreated()).isTrue();
      watch.halfClose();
      long put = data.put(prefix + "a", "1");
      assertThat(watch.events(1).getFirst().getKv().getModRevision()).isEqualTo(put);
    }
  }

  @Test
  default void whatALeaseTakesWithItIsOneAnswer() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    long lease = data.grant(60);
    try (RawWatch watch = RawWatch.open(channel())) {
      assertThat(watch.created(onPrefix(prefix)).getCreated()).isTrue();
      long _ = data.put(prefix + "b", ByteString.EMPTY, lease);
      var _ = data.put(prefix + "a", ByteString.EMPTY, lease);
      assertThat(watch.events(2).getFirst().getKv().getLease()).isEqualTo(lease);
      data.revoke(lease);
      WatchResponse gone = watch.next();
      assertThat(keysOf(gone)).containsExactly(prefix + "a", prefix + "b");
      assertThat(gone.getEventsList().stream().map(event -> event.getType()))
          .containsOnly(Event.EventType.DELETE);
    }
  }

  @Test
  default void everyStreamSeesTheSameChangesInTheSameOrder() {
    RawData data = new RawData(channel());
    String prefix = prefix();
    try (RawWatch one = RawWatch.open(channel());
        RawWatch two = RawWatch.open(channel())) {
      assertThat(one.created(onPrefix(prefix)).getCreated()).isTrue();
      assertThat(two.created(onPrefix(prefix)).getCreated()).isTrue();
      for (int i = 0; i < 200; i++) {
        long _ = data.put(prefix + i % 7, "" + i);
      }
      assertThat(one.events(200)).isEqualTo(two.events(200));
      new Await(Duration.ofSeconds(30))
          .until("nothing is left", () -> one.waiting() == 0 && two.waiting() == 0);
    }
  }
}
