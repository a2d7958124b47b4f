package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What a client promises when its connection fails: cases 112 to 116, 121, 123 and 124. They need a
 * {@link Link}.
 *
 * @since 0.1
 */
public interface ConnectionContract extends StoreFixture {
  /** A watch that is opened before there is a connection delivers from when it was opened. */
  @Test
  @Case(112)
  @Verifies({"G26", "G28"})
  default void aWatchOpenedBeforeTheFirstConnectionDelivers(CaseRecord record) {
    try (Link link = record.require(openLink(), NotApplicable.NO_NETWORK)) {
      link.cut();
      Key key = freshKey();
      Future<Watch> opening =
          Concurrently.start(() ->
              Await.of(this)
                  .value(
                      "the watch opens",
                      () -> {
                        try {
                          return Optional.of(
                              link.store().watches().open(WatchOptions.of(KeyRange.single(key))));
                        } catch (StoreUnavailableException | OutcomeUnknownException again) {
                          return Optional.empty();
                        }
                      }));
      link.heal();
      try (Watch watch = Concurrently.result(opening, patience())) {
        Revision put = eventually(() -> link.store().keyValues().put(key, Bytes.EMPTY));
        assertThat(Deliveries.of(watch, this).nextChanges().revision())
            .isLessThanOrEqualTo(put)
            .isGreaterThan(watch.startedAt());
      }
    }
  }

  /** A connection that is lost while history is replayed costs nothing. */
  @Test
  @Case(113)
  @Verifies({"G25", "G26", "G28"})
  default void aCutWhileHistoryIsReplayedCostsNothing(CaseRecord record) {
    int puts = 2000;
    try (Link link = record.require(openLink(), NotApplicable.NO_NETWORK)) {
      Key key = freshKey();
      KeyValues kv = link.store().keyValues();
      Revision first = kv.put(key, Bytes.utf8("0"));
      for (int i = 1; i < puts; i++) {
        kv.put(key, Bytes.utf8("" + i));
      }
      for (int round = 0; round < 5; round++) {
        link.delay(Duration.ofMillis(5));
        try (Watch watch =
            link.store().watches().open(WatchOptions.of(KeyRange.single(key)).from(first))) {
          link.reset();
          link.heal();
          assertThat(Deliveries.of(watch, this).changes(puts))
              .extracting(change -> change.entry().value().utf8())
              .isEqualTo(IntStream.range(0, puts).mapToObj(Integer::toString).toList());
        }
      }
    }
  }

  /** A watch survives any number of lost connections and ended streams. */
  @Test
  @Case({114, 115})
  @Verifies({"G25", "G26", "G34"})
  default void aWatchSurvivesLostConnectionsAndEndedStreams(CaseRecord record) {
    try (Link link = record.require(openLink(), NotApplicable.NO_NETWORK)) {
      Key key = freshKey();
      try (Watch watch = link.store().watches().open(WatchOptions.of(KeyRange.single(key)))) {
        Deliveries deliveries = Deliveries.of(watch, this);
        for (int i = 0; i < 12; i++) {
          if (i % 2 == 0) {
            link.reset();
          } else {
            link.endStreams();
          }
          Bytes value = Bytes.utf8("" + i);
          Revision unused = eventually(() -> link.store().keyValues().put(key, value));
          Change change = deliveries.nextChanges().changes().getLast();
          while (!change.entry().value().equals(value)) {
            change = deliveries.nextChanges().changes().getLast();
          }
        }
      }
    }
  }

  /** A watch "from now on" that loses its connection before any change misses nothing. */
  @Test
  @Case(116)
  @Verifies({"G26", "G28"})
  default void aWatchCutBeforeItsFirstChangeMissesNothing(CaseRecord record) {
    try (Link link = record.require(openLink(), NotApplicable.NO_NETWORK);
        Store direct = openAnother(link.store()).orElseThrow()) {
      Key key = freshKey();
      try (Watch watch = link.store().watches().open(WatchOptions.of(KeyRange.single(key)))) {
        link.cut();
        Revision first = direct.keyValues().put(key, Bytes.utf8("1"));
        Revision second = direct.keyValues().put(key, Bytes.utf8("2"));
        link.heal();
        assertThat(Deliveries.of(watch, this).changesUntil(second))
            .extracting(Change::revision)
            .containsExactly(first, second);
      }
    }
  }

  /** A call to a store that does not answer ends at its deadline. */
  @Test
  @Case(121)
  @Verifies({"G37", "G38"})
  default void aCallWithoutAnAnswerEndsAtItsDeadline(CaseRecord record) {
    try (Link link = record.require(openLink(), NotApplicable.NO_NETWORK)) {
      Key key = freshKey();
      Store store = link.store();
      LeaseId lease = store.leases().grant(Duration.ofMinutes(1)).id();
      link.stall();
      List<Consumer<Store>> reads =
          List.of(
              s -> s.keyValues().get(key),
              s -> s.keyValues().current(),
              s -> s.leases().describe(lease),
              s -> s.status());
      List<Consumer<Store>> writes =
          List.of(
              s -> s.keyValues().put(key, Bytes.EMPTY),
              s -> s.keyValues().delete(key),
              s -> s.leases().grant(Duration.ofMinutes(1)),
              s -> s.leases().renew(lease));
      for (Consumer<Store> read : reads) {
        assertThat(endsInTime(store, read)).isInstanceOf(StoreUnavailableException.class);
      }
      for (Consumer<Store> write : writes) {
        assertThat(endsInTime(store, write))
            .isInstanceOfAny(StoreUnavailableException.class, OutcomeUnknownException.class);
      }
    }
  }

  private Throwable endsInTime(Store store, Consumer<Store> request) {
    try (RunningTime time = RunningTime.start()) {
      Throwable error = catchThrowable(() -> request.accept(store));
      assertThat(time.elapsed())
          .isLessThanOrEqualTo(requestTimeout().plus(tolerance()).plus(tolerance()));
      return error;
    }
  }

  /** A write whose answer is lost says that it may have happened, and happened once. */
  @Test
  @Case({123, 124})
  @Verifies({"G38", "G39"})
  default void aWriteWithoutItsAnswerHappenedOnce(CaseRecord record) {
    try (Link link = record.require(openLink(), NotApplicable.NO_NETWORK)) {
      KeyValues kv = link.store().keyValues();
      for (int i = 0; i < 5; i++) {
        Key put = freshKey();
        link.loseNextAnswer();
        assertThatExceptionOfType(OutcomeUnknownException.class)
            .isThrownBy(() -> kv.put(put, Bytes.utf8("x")));
        link.heal();
        assertThat(eventually(() -> kv.get(put)).orElseThrow().version()).isEqualTo(1);

        Key created = freshKey();
        link.loseNextAnswer();
        assertThatExceptionOfType(OutcomeUnknownException.class)
            .isThrownBy(() -> kv.create(created, Bytes.utf8("first")));
        link.heal();
        Optional<Revision> again = eventually(() -> kv.create(created, Bytes.utf8("second")));
        assertThat(again).isEmpty();
        Entry entry = kv.get(created).orElseThrow();
        assertThat(entry.version()).isEqualTo(1);
        assertThat(entry.value()).isEqualTo(Bytes.utf8("first"));
      }
    }
  }

  /** Repeats what is harmless to repeat until the connection is back. */
  private <T> T eventually(Supplier<T> request) {
    return Await.of(this)
        .value(
            "the store answers again",
            () -> {
              try {
                return Optional.of(request.get());
              } catch (StoreUnavailableException | OutcomeUnknownException again) {
                return Optional.empty();
              }
            });
  }
}
