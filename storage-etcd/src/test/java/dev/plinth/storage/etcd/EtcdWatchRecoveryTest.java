package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.Operation;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.storage.etcd.testing.EtcdClient;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdOptions;
import dev.plinth.storage.etcd.testing.EtcdServer;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.storage.etcd.testing.SharedServers;
import dev.plinth.storage.etcd.testing.TcpProxy;
import dev.plinth.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Watches of a real server that goes away, stalls or forgets. */
@Order(1) // it takes long
@Timeout(120)
final class EtcdWatchRecoveryTest {
  @RegisterExtension static final SharedServers SHARED = SharedServers.newest(1);

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Await AWAIT = new Await(PATIENCE);

  @Test
  void aConnectionThatIsCutAtAnyByteOfTheSetUpCostsNothing() throws Exception {
    int puts = 300;
    KeySpace space = freshSpace();
    Key key = space.key("key");
    try (Store direct = open();
        TcpProxy proxy = TcpProxy.to(SHARED.servers().members().getFirst().port());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Revision first = putAll(direct, key, puts);
      WatchOptions options = WatchOptions.of(KeyRange.single(key)).from(first);
      for (long bytes = 1; bytes < 6_000; bytes += bytes < 400 ? 37 : 997) {
        long cutAfter = bytes;
        try (Store store = client(List.of(proxy.endpoint()))) {
          assertThat(store.keyValues().get(space.key("none"))).isEmpty();
          proxy.cutAfter(TcpProxy.Direction.ANSWERS, cutAfter);
          Future<Watch> opening =
              threads.submit(() -> eventually(() -> store.watches().open(options)));
          AWAIT.until("the connection is cut", () -> proxy.connections() == 0);
          proxy.heal();
          try (Watch watch = opening.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            assertThat(values(watch, puts))
                .as("cut after %d bytes", cutAfter)
                .isEqualTo(IntStream.range(0, puts).mapToObj(Integer::toString).toList());
          }
        }
      }
    }
  }

  @Test
  void aRestartOfTheServerIsSurvivedAgainAndAgain() throws Exception {
    Key key = freshSpace().key("key");
    try (EtcdServers servers = startOne();
        Store store = client(servers.endpoints());
        Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
      EtcdServer only = servers.members().getFirst();
      List<Long> written = new ArrayList<>();
      List<Long> delivered = new ArrayList<>();
      for (int round = 0; round < 3; round++) {
        written.add(store.keyValues().put(key, Bytes.EMPTY).value());
        only.kill();
        servers.restart(only);
        written.add(written(store, key));
      }
      while (delivered.size() < written.size()) {
        next(watch).changes().forEach(change -> delivered.add(change.revision().value()));
      }
      assertThat(delivered).isEqualTo(written);
    }
  }

  /** Writes once, however often it takes. */
  private static long written(Store store, Key key) {
    long version = eventually(() -> store.keyValues().get(key)).orElseThrow().version();
    return eventually(() -> {
      Entry present = store.keyValues().get(key).orElseThrow();
      return present.version() > version
          ? present.modified().value()
          : store.keyValues().put(key, Bytes.EMPTY).value();
    });
  }

  @Test
  void compactionDuringADisconnectIsTold() throws Exception {
    Key key = freshSpace().key("key");
    try (EtcdServers servers = startOne();
        TcpProxy proxy = TcpProxy.to(servers.members().getFirst().port());
        Store direct = client(servers.endpoints());
        Store store = client(List.of(proxy.endpoint()));
        Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
      assertThat(store.keyValues().put(key, Bytes.utf8("seen")).value()).isPositive();
      assertThat(values(watch, 1)).containsExactly("seen");
      proxy.cut();
      Revision last = putAll(direct, key, 10);
      Revision compacted = direct.keyValues().put(key, Bytes.EMPTY);
      assertThat(compacted).isGreaterThan(last);
      assertThat(direct.keyValues().compact(compacted)).isEqualTo(compacted);
      proxy.heal();
      for (int again = 0; again < 3; again++) {
        assertThatExceptionOfType(HistoryLostException.class)
            .isThrownBy(() -> watch.poll(PATIENCE))
            .returns(compacted, HistoryLostException::compacted);
      }
    }
  }

  @Test
  void compactionOfWhatAWatchKnowsToBeEmptyIsNoLoss() throws Exception {
    KeySpace space = freshSpace();
    try (EtcdServers servers = startOne();
        TcpProxy proxy = TcpProxy.to(servers.members().getFirst().port());
        Store direct = client(servers.endpoints());
        Store store = client(List.of(proxy.endpoint()));
        Watch watch = store.watches().open(WatchOptions.of(space.below("watched")))) {
      Revision others = putAll(store, space.key("other"), 50);
      assertThat(others.value()).isPositive();
      watch.requestProgress();
      Revision mark = next(watch).revision();
      proxy.cut();
      assertThat(direct.keyValues().compact(mark)).isEqualTo(mark);
      Revision put = direct.keyValues().put(space.key("watched", "key"), Bytes.EMPTY);
      proxy.heal();
      assertThat(next(watch).revision()).isEqualTo(put);
    }
  }

  @Test
  void aWatchThatLostItsHistoryDoesNotHoldUpTheProgressOfOthers() throws Exception {
    Key key = freshSpace().key("key");
    try (EtcdServers servers = startOne();
        Store store = client(servers.endpoints());
        Watch idle = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
      Revision first = putAll(store, key, 10);
      assertThat(values(idle, 10)).hasSize(10);
      Revision compacted = store.keyValues().compact(Revision.of(first.value() + 5));
      assertThat(compacted).isGreaterThan(first);
      try (Watch lost = store.watches().open(WatchOptions.of(KeyRange.single(key)).from(first))) {
        assertThatExceptionOfType(HistoryLostException.class).isThrownBy(() -> lost.poll(PATIENCE));
        idle.requestProgress();
        assertThat(next(idle).isProgress()).isTrue();
      }
    }
  }

  @Test
  @Timeout(600) // so many calls, one after the other
  void aReaderTenThousandBehindGetsAllAndDelaysNobody() throws Exception {
    int puts = 10_000;
    Key key = freshSpace().key("key");
    try (Store store = open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        Watch slow = store.watches().open(WatchOptions.of(KeyRange.single(key)));
        Watch quick = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
      List<String> all = IntStream.range(0, puts).mapToObj(Integer::toString).toList();
      Future<List<String>> reading = threads.submit(() -> values(quick, puts));
      assertThat(putAll(store, key, puts).value()).isPositive();
      assertThat(reading.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(all);
      quick.requestProgress();
      assertThat(next(quick).isProgress()).isTrue();
      assertThat(values(slow, puts)).isEqualTo(all);
    }
  }

  @Test
  void largeTransactionsComeWhole() throws Exception {
    int transactions = 12;
    int keys = 100;
    KeySpace space = freshSpace();
    try (Store store = open()) {
      byte[] content = new byte[12_000];
      Random random = new Random(7);
      List<Long> revisions = new ArrayList<>();
      WatchOptions options = WatchOptions.of(space.below()).withPreviousValues();
      try (Watch live = store.watches().open(options)) {
        for (int i = 0; i < transactions; i++) {
          List<Operation> operations = new ArrayList<>();
          for (int k = 0; k < keys; k++) {
            random.nextBytes(content);
            operations.add(Put.of(space.key(KeySpace.ordered(k)), Bytes.of(content)));
          }
          Commit commit =
              store.keyValues().commit(new Transaction(List.of(), operations, List.of()));
          revisions.add(commit.revision().value());
        }
        Revision first = Revision.of(revisions.getFirst());
        try (Watch replay = store.watches().open(options.from(first))) {
          for (Watch watch : List.of(live, replay)) {
            for (long revision : revisions) {
              WatchBatch batch = next(watch);
              assertThat(batch.revision().value()).isEqualTo(revision);
              assertThat(batch.changes()).hasSize(keys);
            }
          }
        }
      }
    }
  }

  @Test
  @Timeout(600) // so many calls, one after the other
  void tenThousandWatchesLiveOnOneStoreThroughARestart() throws Exception {
    int count = 10_000;
    KeySpace space = freshSpace();
    try (EtcdServers servers = startOne()) {
      Store store = client(servers.endpoints());
      List<Watch> watches = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        watches.add(store.watches().open(WatchOptions.of(space.below("" + i))));
      }
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < count; i += 101) {
          Key key = space.key("" + i, "key");
          Bytes value = Bytes.utf8("round " + round);
          Revision put = eventually(() -> store.keyValues().put(key, value));
          assertThat(put.value()).isPositive();
          assertThat(values(watches.get(i), 1)).containsExactly("round " + round);
        }
        EtcdServer only = servers.members().getFirst();
        only.kill();
        servers.restart(only);
      }
      store.close();
      for (Watch watch : watches) {
        assertThatExceptionOfType(HandleClosedException.class).isThrownBy(watch::tryNext);
      }
    }
  }

  @Test
  void aMemberThatStandsStillIsLeftForAnother() throws Exception {
    Key key = freshSpace().key("key");
    try (EtcdServers servers = EtcdServers.start(EtcdOptions.of(EtcdInstallation.newest(), 3));
        Store store = EtcdClient.open(servers.endpoints());
        Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
      assertThat(store.keyValues().put(key, Bytes.EMPTY).value()).isPositive();
      List<Long> delivered = new ArrayList<>();
      for (EtcdServer member : servers.members()) {
        member.pause();
        try {
          long last = written(store, key);
          while (delivered.isEmpty() || delivered.getLast() < last) {
            next(watch).changes().forEach(change -> delivered.add(change.revision().value()));
          }
        } finally {
          member.resume();
        }
        servers.awaitHealthy();
      }
      Revision first = Revision.of(delivered.getFirst());
      try (Watch replay = store.watches().open(WatchOptions.of(KeyRange.single(key)).from(first))) {
        List<Long> replayed = new ArrayList<>();
        while (replayed.size() < delivered.size()) {
          next(replay).changes().forEach(change -> replayed.add(change.revision().value()));
        }
        assertThat(delivered).isEqualTo(replayed);
      }
    }
  }

  @Test
  void wrongCredentialsAreToldAtOnce() {
    try (EtcdServers servers = startOne()) {
      servers.enableAuthentication("secret");
      Map<String, Object> login = Map.of("username", "root", "password", "wrong");
      try (Store store = EtcdClient.open(servers.endpoints(), login, () -> {})) {
        assertThatExceptionOfType(RequestRefusedException.class)
            .isThrownBy(() -> store.watches().open(WatchOptions.of(KeyRange.all())))
            .returns(
                RequestRefusedException.Reason.NOT_AUTHENTICATED, RequestRefusedException::reason);
      }
    }
  }

  @Test
  void aWatchOutlivesItsToken() throws Exception {
    KeySpace space = freshSpace();
    EtcdOptions options = EtcdOptions.of(EtcdInstallation.newest(), 1).with("--auth-token-ttl=2");
    try (EtcdServers servers = EtcdServers.start(options)) {
      servers.enableAuthentication("secret");
      Map<String, Object> login = Map.of("username", "root", "password", "secret");
      try (Store store = EtcdClient.open(servers.endpoints(), login, () -> {});
          Watch watch = store.watches().open(WatchOptions.of(space.below()))) {
        EtcdServer only = servers.members().getFirst();
        only.kill();
        // The server keeps tokens in memory only, so the one of before is void.
        servers.restart(only);
        Revision put = eventually(() -> store.keyValues().put(space.key("a"), Bytes.utf8("a")));
        assertThat(put.value()).isPositive();
        assertThat(values(watch, 1)).containsExactly("a");
        try (Watch another = store.watches().open(WatchOptions.of(space.below()).from(put))) {
          assertThat(values(another, 1)).containsExactly("a");
        }
      }
    }
  }

  private static EtcdServers startOne() {
    return EtcdServers.start(EtcdOptions.of(EtcdInstallation.newest(), 1));
  }

  /** Opens a client that is patient with a busy machine. */
  private static Store client(List<String> endpoints) {
    return EtcdClient.open(endpoints, Map.of("request-timeout", "15s"), () -> {});
  }

  private static Store open() {
    return client(SHARED.servers().endpoints());
  }

  private static KeySpace freshSpace() {
    return KeySpace.of("/watches/" + UUID.randomUUID());
  }

  /** Puts the numbers from zero on, and returns the revision of the first. */
  private static Revision putAll(Store store, Key key, int count) {
    Revision first = store.keyValues().put(key, Bytes.utf8("0"));
    for (int i = 1; i < count; i++) {
      Revision unused = store.keyValues().put(key, Bytes.utf8("" + i));
    }
    return first;
  }

  private static WatchBatch next(Watch watch) throws InterruptedException {
    return watch
        .poll(PATIENCE)
        .orElseThrow(() -> new AssertionError("nothing delivered within " + PATIENCE));
  }

  private static List<String> values(Watch watch, int count) throws InterruptedException {
    List<String> values = new ArrayList<>();
    while (values.size() < count) {
      for (Change change : next(watch).changes()) {
        values.add(change.entry().value().utf8());
      }
    }
    return values;
  }

  private static <T> T eventually(Supplier<T> request) {
    return AWAIT.value(
        "the store answers",
        () -> {
          try {
            return Optional.of(request.get());
          } catch (StoreUnavailableException | OutcomeUnknownException again) {
            return Optional.empty();
          }
        });
  }
}
