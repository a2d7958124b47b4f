package dev.plinth.storage.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Store;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.election.ElectionName;
import dev.plinth.spi.election.Elections;
import dev.plinth.spi.election.Leader;
import dev.plinth.spi.election.Leadership;
import dev.plinth.spi.lock.HeldLock;
import dev.plinth.spi.lock.LockName;
import dev.plinth.spi.lock.Locks;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionPolicy;
import dev.plinth.tck.Await;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.election.CampaignResponse;
import io.etcd.jetcd.election.LeaderResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** This store and the usual Java client of etcd, on one server. */
final class JetcdInteroperationTest {
  private static final long PATIENCE_SECONDS = 20;
  private static final Await AWAIT = new Await(Duration.ofSeconds(PATIENCE_SECONDS));

  /** No test waits for its end. */
  private static final Duration TTL = Duration.ofSeconds(20);

  private static final ElectionName ELECTION = ElectionName.of("/interoperation/leader");
  private static final LockName LOCK = LockName.of("/interoperation/lock");
  private static final KeyRange ALL = KeyRange.prefix(Key.utf8("/interoperation/"));

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void jetcdReadsAndWatchesWhatIsWrittenHere(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        Client jetcd = client(both)) {
      LinkedBlockingQueue<WatchEvent> seen = new LinkedBlockingQueue<>();
      try (var watcher =
          jetcd
              .getWatchClient()
              .watch(
                  bytes("/interoperation/"),
                  WatchOption.builder().isPrefix(true).withRevision(1).build(),
                  response -> seen.addAll(response.getEvents()))) {
        both.store().keyValues().put(Key.utf8("/interoperation/a"), Bytes.utf8("one"));
        WatchEvent event = seen.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(event).isNotNull();
        assertThat(event.getKeyValue().getValue()).isEqualTo(bytes("one"));
      }
      assertThat(get(jetcd.getKVClient().get(bytes("/interoperation/"), prefix())).getKvs())
          .singleElement()
          .satisfies(entry -> assertThat(entry.getValue()).isEqualTo(bytes("one")));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void whatJetcdWritesIsReadAndWatchedHere(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        Client jetcd = client(both);
        Watch watch = both.store().watches().open(WatchOptions.of(ALL))) {
      get(jetcd.getKVClient().put(bytes("/interoperation/a"), bytes("one")));
      assertThat(both.store().keyValues().get(Key.utf8("/interoperation/a")))
          .hasValueSatisfying(entry -> assertThat(entry.value()).isEqualTo(Bytes.utf8("one")));
      get(
          jetcd
              .getKVClient()
              .delete(bytes("/interoperation/"), DeleteOption.builder().isPrefix(true).build()));
      assertThat(watch.poll(Duration.ofSeconds(PATIENCE_SECONDS)))
          .map(WatchBatch::changes)
          .hasValueSatisfying(changes -> assertThat(changes).hasSize(1));
      assertThat(both.store().keyValues().list(ALL).entries()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void jetcdSeesWhoLeadsHereAndTakesItsTurn(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        Client jetcd = client(both);
        Session session = session(both.store())) {
      Leadership leadership =
          Elections.over(both.store()).campaign(ELECTION, session, Bytes.utf8("node-1"));
      Election elections = jetcd.getElectionClient();
      LeaderResponse leader = get(elections.leader(bytes(ELECTION.toString())));
      assertThat(leader.getKv().getValue()).isEqualTo(bytes("node-1"));
      assertThat(leader.getKv().getKey()).isEqualTo(bytes(ELECTION + "/" + session.lease().hex()));
      long lease = get(jetcd.getLeaseClient().grant(60)).getID();
      CompletableFuture<CampaignResponse> campaign =
          elections.campaign(bytes(ELECTION.toString()), lease, bytes("jetcd"));
      awaitKeys(both.store(), ELECTION.toString(), 2);
      assertThat(campaign).isNotDone();
      leadership.close();
      assertThat(get(campaign).getLeader().getLease()).isEqualTo(lease);
      assertThat(Elections.over(both.store()).leader(ELECTION))
          .map(Leader::proposal)
          .contains(Bytes.utf8("jetcd"));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void aCandidateHereIsPromotedWhenJetcdResigns(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        Client jetcd = client(both);
        Session session = session(both.store())) {
      Election elections = jetcd.getElectionClient();
      long lease = get(jetcd.getLeaseClient().grant(60)).getID();
      CampaignResponse won =
          get(elections.campaign(bytes(ELECTION.toString()), lease, bytes("jetcd")));
      FutureTask<Leadership> waiting =
          new FutureTask<>(
              () -> Elections.over(both.store()).campaign(ELECTION, session, Bytes.utf8("node-1")));
      Thread unused = Thread.ofVirtual().start(waiting);
      awaitKeys(both.store(), ELECTION.toString(), 2);
      assertThat(waiting.isDone()).isFalse();
      get(elections.resign(won.getLeader()));
      try (Leadership leadership = get(waiting)) {
        assertThat(leadership.isHeld()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.plinth.storage.etcd.Interoperation#versions")
  void locksExcludeEachOther(String version) throws Exception {
    try (Interoperation both = Interoperation.on(version);
        Client jetcd = client(both);
        Session session = session(both.store())) {
      Locks locks = Locks.over(both.store());
      long lease = get(jetcd.getLeaseClient().grant(60)).getID();
      LockResponse held = get(jetcd.getLockClient().lock(bytes(LOCK.toString()), lease));
      assertThat(locks.tryLock(LOCK, session)).isEmpty();
      get(jetcd.getLockClient().unlock(held.getKey()));
      Optional<HeldLock> here = locks.tryLock(LOCK, session);
      assertThat(here).isPresent();
      CompletableFuture<LockResponse> waiting =
          jetcd.getLockClient().lock(bytes(LOCK.toString()), lease);
      awaitKeys(both.store(), LOCK.toString(), 2);
      assertThat(waiting).isNotDone();
      assertThat(here.get().unlock()).isTrue();
      assertThat(get(waiting).getKey().toString(UTF_8)).startsWith(LOCK + "/");
    }
  }

  private static Client client(Interoperation both) {
    return Client.builder()
        .endpoints(
            both.endpoints().stream().map(endpoint -> "http://" + endpoint).toArray(String[]::new))
        .build();
  }

  private static Session session(Store store) {
    return Session.open(store, TTL, SessionPolicy.END);
  }

  private static void awaitKeys(Store store, String name, int count) {
    AWAIT.until(
        count + " keys below " + name,
        () ->
            store.keyValues().list(KeyRange.prefix(Key.utf8(name + "/"))).entries().size()
                == count);
  }

  private static GetOption prefix() {
    return GetOption.builder().isPrefix(true).build();
  }

  private static <T> T get(Future<T> answer) throws Exception {
    return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }
}
