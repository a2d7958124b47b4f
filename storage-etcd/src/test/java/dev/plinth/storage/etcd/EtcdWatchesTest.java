package dev.plinth.storage.etcd;

import static dev.plinth.storage.etcd.ScriptedEtcd.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Change;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Settings;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.tck.Await;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server may say, in the order in which it hurts. */
@Timeout(60)
final class EtcdWatchesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final WatchOptions NOW = WatchOptions.of(KeyRange.single(Key.utf8("k")));

  private final Await await = new Await(PATIENCE);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private ScriptedEtcd etcd;
  private StoreRuntime runtime;
  private EtcdConnection connection;
  private EtcdWatches watches;

  @BeforeEach
  void connect() {
    etcd = ScriptedEtcd.start();
    etcd.revision(10);
    runtime = StoreRuntime.system();
    connection = connection(PATIENCE);
    watches = new EtcdWatches(connection);
  }

  @AfterEach
  void disconnect() {
    watches.close();
    connection.close();
    runtime.close();
    etcd.close();
    threads.shutdownNow();
  }

  @Test
  void historyThatWasNotSentBeforeTheStreamEndedIsAskedForAgain() throws Exception {
    Future<Watch> opening = open(NOW.from(Revision.of(5)));
    ScriptedEtcd.Stream first = etcd.nextStream();
    assertThat(first.nextCreate().getStartRevision()).isEqualTo(5);
    first.created(0);
    try (Watch watch = result(opening)) {
      assertThat(watch.startedAt()).isEqualTo(Revision.of(10));
      first.end(Status.OK);

      ScriptedEtcd.Stream second = etcd.nextStream();
      assertThat(second.nextCreate().getStartRevision()).isEqualTo(5);
      second.created(0);
      second.changes(0, put(5, "5"), put(7, "7"));
      assertThat(revisions(watch, 2)).containsExactly(5L, 7L);
    }
  }

  @Test
  void aWatchFromNowOnResumesBehindTheRevisionOfItsCreation() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream first = etcd.nextStream();
    assertThat(first.nextCreate().getStartRevision()).isZero();
    first.created(0);
    try (Watch watch = result(opening)) {
      first.end(Status.UNAVAILABLE);
      ScriptedEtcd.Stream second = etcd.nextStream();
      assertThat(second.nextCreate().getStartRevision()).isEqualTo(11);
      second.created(0);
      second.changes(0, put(11, "new"));
      assertThat(revisions(watch, 1)).containsExactly(11L);
    }
  }

  @Test
  void whatAServerRepeatsIsDeliveredOnce() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream stream = etcd.nextStream();
    stream.created(0);
    try (Watch watch = result(opening)) {
      stream.changes(0, put(11, "a"), put(12, "b"));
      stream.changes(0, put(12, "b"), put(13, "c"));
      assertThat(revisions(watch, 3)).containsExactly(11L, 12L, 13L);
    }
  }

  @Test
  void aRevisionIsDeliveredWhenItsLastFragmentHasCome() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream first = etcd.nextStream();
    WatchCreateRequest create = first.nextCreate();
    assertThat(create.getUnknownFields().getField(8).getVarintList()).containsExactly(1L);
    first.created(0);
    try (Watch watch = result(opening)) {
      first.fragment(0, put(11, "whole"), put(12, "half"));
      assertThat(revisions(watch, 1)).containsExactly(11L);
      assertThat(watch.tryNext()).isEmpty();
      first.end(Status.UNAVAILABLE);

      ScriptedEtcd.Stream second = etcd.nextStream();
      assertThat(second.nextCreate().getStartRevision()).isEqualTo(12);
      second.created(0);
      second.fragment(0, put(12, "half"));
      second.changes(0, put(12, "other half"), put(13, "next"));
      WatchBatch whole = next(watch);
      assertThat(whole.revision()).isEqualTo(Revision.of(12));
      assertThat(whole.changes())
          .extracting(change -> change.entry().value().utf8())
          .containsExactly("half", "other half");
      assertThat(revisions(watch, 1)).containsExactly(13L);
    }
  }

  @Test
  void aServerWithoutALeaderIsLeftAndTriedAgain() throws Exception {
    Future<Watch> opening = open(NOW);
    etcd.nextStream().end(Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
    etcd.nextStream().end(Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
    etcd.nextStream().created(0);
    try (Watch watch = result(opening)) {
      assertThat(watch.tryNext()).isEmpty();
      assertThat(etcd.headers().get(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER)))
          .isEqualTo("true");
    }
  }

  @Test
  void aServerThatFallsSilentIsLeft() throws Exception {
    Future<Watch> opening = open(NOW.from(Revision.of(3)));
    ScriptedEtcd.Stream first = etcd.nextStream();
    first.created(0);
    try (Watch watch = result(opening)) {
      etcd.silent(true);
      ScriptedEtcd.Stream second = etcd.nextStream();
      etcd.silent(false);
      assertThat(second.nextCreate().getStartRevision()).isEqualTo(3);
      second.created(0);
      second.changes(0, put(3, "3"));
      assertThat(revisions(watch, 1)).containsExactly(3L);
    }
  }

  @Test
  void aWatchThatTheServerDoesNotCreateIsUnavailable() {
    EtcdConnection impatient = connection(Duration.ofMillis(200));
    EtcdWatches others = new EtcdWatches(impatient);
    try {
      assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> others.open(NOW));
    } finally {
      others.close();
      impatient.close();
    }
  }

  @Test
  void compactionDuringADisconnectEndsTheWatchBehindWhatHasCome() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream first = etcd.nextStream();
    first.created(0);
    try (Watch watch = result(opening)) {
      first.changes(0, put(11, "kept"));
      first.end(Status.UNAVAILABLE);
      ScriptedEtcd.Stream second = etcd.nextStream();
      assertThat(second.nextCreate().getStartRevision()).isEqualTo(12);
      second.created(0);
      second.send(second.answer(0).setCanceled(true).setCompactRevision(50));
      // Only that lets a server forget the watch; else it would wait with progress for it.
      assertThat(second.nextRequest().hasCancelRequest()).isTrue();
      assertThat(revisions(watch, 1)).containsExactly(11L);
      for (int again = 0; again < 3; again++) {
        assertThatExceptionOfType(HistoryLostException.class)
            .isThrownBy(() -> watch.poll(PATIENCE))
            .returns(Revision.of(50), HistoryLostException::compacted);
      }
    }
  }

  @Test
  void anotherClusterBehindTheAddressEndsTheWatch() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream first = etcd.nextStream();
    first.created(0);
    try (Watch watch = result(opening)) {
      etcd.anotherCluster();
      first.end(Status.UNAVAILABLE);
      // Unless the question for the version of the server has brought it to light already.
      Future<?> unused = threads.submit(() -> etcd.nextStream().created(0));
      for (int again = 0; again < 3; again++) {
        assertThatExceptionOfType(IncarnationLostException.class)
            .isThrownBy(() -> watch.poll(PATIENCE));
      }
    }
  }

  @Test
  void dataThatWentBackEndsTheWatch() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream first = etcd.nextStream();
    first.created(0);
    try (Watch watch = result(opening)) {
      etcd.revision(4);
      first.end(Status.UNAVAILABLE);
      etcd.nextStream().created(0);
      assertThatExceptionOfType(IncarnationLostException.class)
          .isThrownBy(() -> watch.poll(PATIENCE));
    }
  }

  @Test
  void aMemberThatLagsBehindIsNoLoss() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream first = etcd.nextStream();
    first.created(0);
    try (Watch watch = result(opening)) {
      first.changes(0, put(11, "11"));
      assertThat(revisions(watch, 1)).containsExactly(11L);
      first.end(Status.UNAVAILABLE);
      ScriptedEtcd.Stream second = etcd.nextStream();
      etcd.revision(12);
      second.send(
          second
              .answer(0)
              .setCreated(true)
              .setHeader(second.answer(0).getHeader().toBuilder().setRevision(9)));
      second.changes(0, put(12, "12"));
      assertThat(revisions(watch, 1)).containsExactly(12L);
    }
  }

  @Test
  void aReaderThatFallsBehindIsCancelledAndResumed() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream stream = etcd.nextStream();
    assertThat(stream.nextCreate().getStartRevision()).isZero();
    stream.created(7);
    try (Watch watch = result(opening)) {
      etcd.revision(5000);
      stream.changes(
          7, LongStream.range(11, 3011).mapToObj(at -> put(at, "" + at)).toArray(Event[]::new));
      assertThat(stream.nextRequest().getCancelRequest().getWatchId()).isEqualTo(7);
      List<Long> kept = LongStream.range(11, 11 + 1024).boxed().toList();
      assertThat(revisions(watch, kept.size())).isEqualTo(kept);
      // It is too far behind to share a stream with those that are not.
      ScriptedEtcd.Stream behind = etcd.nextStream();
      assertThat(behind.nextCreate().getStartRevision()).isEqualTo(11 + 1024);
      stream.changes(7, put(5000, "of the cancelled one"));
      behind.created(7);
      behind.changes(7, put(11 + 1024, "of the new one"));
      assertThat(revisions(watch, 1)).containsExactly(11L + 1024);
    }
  }

  @Test
  void aMarkThatIsOlderThanTheWatchIsNotForIt() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream stream = etcd.nextStream();
    stream.created(0);
    try (Watch idle = result(opening)) {
      idle.requestProgress();
      stream.awaitProgressRequest();
      assertThat(mark(stream, 10, idle).isProgress()).isTrue();
      // It may have answered more often than it was asked; behind this change nothing of that is
      // left.
      stream.changes(0, put(11, "11"));
      assertThat(revisions(idle, 1)).containsExactly(11L);
      etcd.revision(11);
      idle.requestProgress();
      stream.awaitProgressRequest();
      Future<Watch> behind = open(NOW.from(Revision.of(5)));
      assertThat(stream.nextCreate().getStartRevision()).isEqualTo(5);
      stream.created(1);
      try (Watch watch = result(behind)) {
        watch.requestProgress();
        stream.progress(11);
        assertThat(next(idle)).isEqualTo(new WatchBatch(Revision.of(11), List.of()));
        stream.changes(1, put(6, "6"));
        WatchBatch first = next(watch);
        assertThat(first.isProgress()).as("delivered first: %s", first).isFalse();
        assertThat(mark(stream, 11, watch).isProgress()).isTrue();
      }
    }
  }

  @Test
  void aMarkOfAnOldServerCountsWhenItHasSettled() throws Exception {
    etcd.version("3.4.23");
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream stream = etcd.nextStream();
    stream.created(0);
    try (Watch watch = result(opening)) {
      watch.requestProgress();
      stream.awaitProgressRequest();
      stream.progress(12);
      stream.changes(0, put(11, "11"), put(12, "12"));
      assertThat(revisions(watch, 2)).containsExactly(11L, 12L);
      assertThat(mark(stream, 12, watch)).isEqualTo(new WatchBatch(Revision.of(12), List.of()));
    }
  }

  @Test
  void whatComesAfterAMarkOfAnOldServerIsNotLostSilently() throws Exception {
    etcd.version("3.4.23");
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream stream = etcd.nextStream();
    stream.created(0);
    try (Watch watch = result(opening)) {
      stream.changes(0, put(11, "11"));
      assertThat(revisions(watch, 1)).containsExactly(11L);
      watch.requestProgress();
      assertThat(mark(stream, 15, watch)).isEqualTo(new WatchBatch(Revision.of(15), List.of()));
      stream.changes(0, put(11, "repeated"), put(14, "late"), put(16, "in time"));
      assertThatExceptionOfType(HistoryLostException.class)
          .isThrownBy(() -> watch.poll(PATIENCE))
          .returns(Revision.of(14), HistoryLostException::compacted);
    }
  }

  @Test
  void aWatchGoesOnBehindAMarkOfAnOldServer() throws Exception {
    etcd.version("3.4.23");
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream first = etcd.nextStream();
    first.created(0);
    try (Watch watch = result(opening)) {
      watch.requestProgress();
      assertThat(mark(first, 15, watch)).isEqualTo(new WatchBatch(Revision.of(15), List.of()));
      first.end(Status.UNAVAILABLE);
      ScriptedEtcd.Stream second = etcd.nextStream();
      assertThat(second.nextCreate().getStartRevision()).isEqualTo(16);
    }
  }

  @Test
  void aMarkBelowTheStartIsNotDelivered() throws Exception {
    Future<Watch> opening = open(NOW.from(Revision.of(20)));
    ScriptedEtcd.Stream stream = etcd.nextStream();
    stream.created(0);
    try (Watch watch = result(opening)) {
      watch.requestProgress();
      stream.awaitProgressRequest();
      stream.progress(15);
      stream.changes(0, put(20, "due"));
      assertThat(revisions(watch, 1)).containsExactly(20L);
      assertThat(mark(stream, 20, watch)).isEqualTo(new WatchBatch(Revision.of(20), List.of()));
    }
  }

  @Test
  void anUnansweredQuestionForProgressIsRepeated() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream stream = etcd.nextStream();
    stream.created(0);
    try (Watch watch = result(opening)) {
      watch.requestProgress();
      stream.awaitProgressRequest();
      stream.awaitProgressRequest();
      assertThat(mark(stream, 10, watch)).isEqualTo(new WatchBatch(Revision.of(10), List.of()));
    }
  }

  @Test
  void aWatchThatIsNotAllowedIsRefused() throws Exception {
    Future<?> opening =
        threads.submit(() ->
            assertThatExceptionOfType(RequestRefusedException.class)
                .isThrownBy(() -> watches.open(NOW))
                .returns(
                    RequestRefusedException.Reason.PERMISSION_DENIED,
                    RequestRefusedException::reason));
    for (int attempt = 0; attempt < 2; attempt++) {
      ScriptedEtcd.Stream stream = etcd.nextStream();
      stream.send(
          stream
              .answer(-1)
              .setCreated(true)
              .setCanceled(true)
              .setCancelReason("etcdserver: permission denied"));
    }
    Object unused = opening.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void aSignalThatBlocksDelaysItsOwnWatchOnly() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream stream = etcd.nextStream();
    stream.created(0);
    Future<Watch> openingOther = open(NOW);
    stream.nextCreate();
    stream.nextCreate();
    stream.created(1);
    CountDownLatch blocking = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    try (Watch blocked = result(opening);
        Watch other = result(openingOther)) {
      assertThat(blocked.tryNext()).isEmpty();
      assertThat(other.tryNext()).isEmpty();
      blocked.onReady(() -> {
        blocking.countDown();
        boolean unused = isDone(release);
      });
      other.onReady(told::countDown);
      stream.changes(0, put(11, "11"));
      assertThat(isDone(blocking)).isTrue();
      stream.changes(1, put(11, "11"));
      assertThat(isDone(told)).isTrue();
      release.countDown();
    }
  }

  @Test
  void aClosedWatchIsCancelledAndItsPlaceKept() throws Exception {
    Future<Watch> opening = open(NOW);
    ScriptedEtcd.Stream stream = etcd.nextStream();
    assertThat(stream.nextCreate().getStartRevision()).isZero();
    stream.created(3);
    Watch watch = result(opening);
    watch.close();
    assertThat(stream.nextRequest().getCancelRequest().getWatchId()).isEqualTo(3);
    Future<Watch> next = open(NOW);
    assertThat(stream.nextCreate().getStartRevision()).isZero();
    stream.created(4);
    result(next).close();
    assertThat(etcd.hasNewStream()).isFalse();
  }

  @Test
  void closingTheStoreEndsAWatchThatIsBeingOpened() throws Exception {
    Future<?> opening =
        threads.submit(() ->
            assertThatExceptionOfType(HandleClosedException.class)
                .isThrownBy(() -> watches.open(NOW)));
    ScriptedEtcd.Stream stream = etcd.nextStream();
    assertThat(stream.nextCreate().getStartRevision()).isZero();
    watches.close();
    Object unused = opening.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThatExceptionOfType(HandleClosedException.class).isThrownBy(() -> watches.open(NOW));
  }

  private EtcdConnection connection(Duration requestTimeout) {
    Settings settings =
        Settings.of(
            Map.of(
                "endpoints",
                List.of(etcd.endpoint()),
                "request-timeout",
                requestTimeout.toMillis() + "ms"));
    return new EtcdConnection(EtcdConfig.from(settings), runtime);
  }

  private Future<Watch> open(WatchOptions options) {
    return threads.submit(() -> watches.open(options));
  }

  private static Watch result(Future<Watch> opening) throws Exception {
    return opening.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private static boolean isDone(CountDownLatch latch) {
    try {
      return latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static WatchBatch next(Watch watch) throws InterruptedException {
    return watch
        .poll(PATIENCE)
        .orElseThrow(() -> new AssertionError("nothing delivered within " + PATIENCE));
  }

  /** Answers the watch's question for progress until it has a mark. */
  private WatchBatch mark(ScriptedEtcd.Stream stream, long revision, Watch watch) {
    return await.value(
        "a mark",
        () -> {
          stream.progress(revision);
          return watch.tryNext();
        });
  }

  /** Pulls until so many revisions with changes have come. */
  private static List<Long> revisions(Watch watch, int count) throws InterruptedException {
    List<Long> revisions = new ArrayList<>();
    while (revisions.size() < count) {
      WatchBatch batch = next(watch);
      for (Change change : batch.changes()) {
        revisions.add(change.revision().value());
      }
    }
    return revisions;
  }
}
