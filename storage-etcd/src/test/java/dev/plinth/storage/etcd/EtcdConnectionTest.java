package dev.plinth.storage.etcd;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.Key;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.storage.etcd.testing.EtcdClient;
import dev.plinth.storage.etcd.testing.EtcdServer;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.storage.etcd.testing.SharedServers;
import dev.plinth.storage.etcd.testing.TcpProxy;
import dev.plinth.tck.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints that are dead, silent or alone, and what callers are told. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
final class EtcdConnectionTest {
  @RegisterExtension static final SharedServers SERVERS = SharedServers.newest(1);

  private static final Await AWAIT = new Await(Duration.ofSeconds(30));
  private static final Key KEY = Key.utf8("/connection");
  private static final Bytes VALUE = Bytes.utf8("value");
  private static final int STORES = 8;
  private static final Map<String, ?> QUICK = Map.of("request-timeout", "5s");

  /** Who passes a silent endpoint over takes a part of this, whatever it is. */
  private static final Map<String, ?> PATIENT = Map.of("request-timeout", "9s");

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDeadEndpointIsPassedOver(boolean groupCommit) {
    try (TcpProxy dead = proxy()) {
      dead.refuse();
      List<String> endpoints = List.of(dead.endpoint(), dead.endpoint(), endpoint());
      // Each store begins with an endpoint of its own choice.
      for (int i = 0; i < STORES; i++) {
        try (Store store = EtcdClient.open(endpoints, grouped(groupCommit), () -> {})) {
          store.keyValues().put(KEY, VALUE);
          assertThat(store.keyValues().get(KEY)).isPresent();
          assertThat(store.status().leader()).isPresent();
        }
      }
    }
  }

  @Test
  void anEndpointThatTakesConnectionsButNeverAnswersIsPassedOver() {
    try (TcpProxy silent = proxy()) {
      silent.stall();
      for (int i = 0; i < STORES; i++) {
        try (Store store =
            EtcdClient.open(List.of(silent.endpoint(), endpoint()), PATIENT, () -> {})) {
          store.keyValues().put(KEY, VALUE);
          assertThat(store.keyValues().get(KEY)).isPresent();
        }
      }
    }
  }

  @Test
  void readsGoElsewhereWhenAnEndpointFallsSilent() {
    try (TcpProxy one = proxy();
        TcpProxy other = proxy();
        Store store =
            EtcdClient.open(List.of(one.endpoint(), other.endpoint()), PATIENT, () -> {})) {
      store.keyValues().put(KEY, VALUE);
      TcpProxy used = one.connections() > 0 ? one : other;
      used.stall();
      assertThat(store.keyValues().get(KEY)).isPresent();
      store.keyValues().put(KEY, VALUE);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereNobodyIsNothingWasDone(boolean groupCommit) {
    try (TcpProxy dead = proxy()) {
      dead.refuse();
      try (Store store =
          EtcdClient.open(List.of(dead.endpoint()), grouped(groupCommit), () -> {})) {
        for (Runnable call : calls(store)) {
          assertThatThrownBy(call::run)
              .isInstanceOf(StoreUnavailableException.class)
              .hasMessageContaining(dead.endpoint());
        }
        dead.heal();
        AWAIT.until("the store is found", () -> answers(store));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStoppedServerLeavesWritesInDoubtAndReadsUnanswered(boolean groupCommit) {
    try (EtcdServers servers = SERVERS.startMore();
        Store store = EtcdClient.open(servers.endpoints(), grouped(groupCommit), () -> {})) {
      EtcdServer server = servers.members().getFirst();
      store.keyValues().put(KEY, VALUE);
      server.pause();
      assertThatThrownBy(() -> store.keyValues().put(KEY, VALUE))
          .isInstanceOf(OutcomeUnknownException.class);
      assertThatThrownBy(() -> store.keyValues().get(KEY))
          .isInstanceOf(StoreUnavailableException.class);
      server.resume();
      AWAIT.until("the store answers", () -> answers(store));
    }
  }

  @Test
  void aMemberWithoutALeaderRefusesWritesForCertain() {
    try (EtcdServers servers = EtcdServers.start(SERVERS.installation().line(), 3);
        Store store = EtcdClient.open(servers.endpoints(), QUICK, () -> {})) {
      store.keyValues().put(KEY, VALUE);
      servers.members().get(1).kill();
      servers.members().get(2).kill();
      AWAIT.until("the last one knows", () -> alarms(store).contains("no leader"));
      assertThat(store.status().leader()).isEmpty();
      assertThat(store.status().members()).hasSize(3);
      assertThatThrownBy(() -> store.keyValues().put(KEY, VALUE))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> store.keyValues().get(KEY))
          .isInstanceOf(StoreUnavailableException.class);
    }
  }

  @Test
  void aClusterThatLostOneMemberAnswersAndSaysWhich() {
    try (EtcdServers servers = EtcdServers.start(SERVERS.installation().line(), 3);
        Store store = EtcdClient.open(servers.endpoints(), PATIENT, () -> {})) {
      assertThat(store.status().alarms()).isEmpty();
      EtcdServer killed = servers.members().get(1);
      killed.kill();
      AWAIT.until("a write is taken", () -> writes(store));
      assertThat(store.status().leader()).isPresent();
      assertThat(alarms(store)).contains(killed.endpoint());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void closingEndsWhatWaits(boolean groupCommit) throws InterruptedException {
    try (TcpProxy silent = proxy()) {
      Store store = EtcdClient.open(List.of(silent.endpoint()), grouped(groupCommit), () -> {});
      store.keyValues().put(KEY, VALUE);
      silent.stall(TcpProxy.Direction.ANSWERS);
      AtomicReference<StoreException> ended = new AtomicReference<>();
      Thread reader = start(() -> store.keyValues().get(KEY), ended);
      AWAIT.until("the call waits", () -> waits(reader));
      store.close();
      reader.join();
      assertThat(ended.get()).isInstanceOf(HandleClosedException.class);
      assertThatThrownBy(() -> store.keyValues().get(KEY))
          .isInstanceOf(HandleClosedException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptIsKeptAndEndsTheCall(boolean groupCommit) throws InterruptedException {
    try (TcpProxy silent = proxy();
        Store store =
            EtcdClient.open(
                List.of(silent.endpoint()),
                Map.of("request-timeout", "30s", "group-commit", groupCommit),
                () -> {})) {
      store.keyValues().put(KEY, VALUE);
      silent.stall(TcpProxy.Direction.ANSWERS);
      assertThat(interrupted(() -> store.keyValues().get(KEY)))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(interrupted(() -> store.keyValues().put(KEY, VALUE)))
          .isInstanceOf(OutcomeUnknownException.class);
      silent.heal();
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> store.keyValues().put(KEY, VALUE))
          .isInstanceOf(StoreUnavailableException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  // --- What the tests need ---

  private static String endpoint() {
    return SERVERS.servers().endpoints().getFirst();
  }

  private static TcpProxy proxy() {
    return TcpProxy.to(SERVERS.servers().members().getFirst().port());
  }

  private static Map<String, ?> grouped(boolean groupCommit) {
    return Map.of("request-timeout", "4s", "group-commit", groupCommit);
  }

  private static List<Runnable> calls(Store store) {
    return List.of(
        () -> store.keyValues().get(KEY),
        () -> store.keyValues().put(KEY, VALUE),
        () -> store.keyValues().create(KEY, VALUE),
        () -> store.keyValues().current(),
        () -> store.leases().grant(Duration.ofSeconds(5)),
        () -> store.status());
  }

  private static boolean answers(Store store) {
    try {
      return store.keyValues().get(KEY).isPresent() || writes(store);
    } catch (StoreUnavailableException notYet) {
      return false;
    }
  }

  private static boolean writes(Store store) {
    try {
      return store.keyValues().put(KEY, VALUE).value() > 0;
    } catch (StoreUnavailableException | OutcomeUnknownException notYet) {
      return false;
    }
  }

  private static String alarms(Store store) {
    try {
      return String.join("; ", store.status().alarms());
    } catch (StoreUnavailableException notYet) {
      return "";
    }
  }

  private static Thread start(Runnable call, AtomicReference<StoreException> ended) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            call.run();
          } catch (StoreException failure) {
            ended.set(failure);
          }
        });
  }

  private static boolean waits(Thread thread) {
    return thread.getState() == Thread.State.TIMED_WAITING
        || thread.getState() == Thread.State.WAITING;
  }

  private static StoreException interrupted(Runnable call) throws InterruptedException {
    AtomicReference<StoreException> ended = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    CountDownLatch over = new CountDownLatch(1);
    Thread thread =
        start(
            () -> {
              try {
                call.run();
              } finally {
                flag.set(Thread.currentThread().isInterrupted());
                over.countDown();
              }
            },
            ended);
    AWAIT.until("the call waits", () -> waits(thread));
    thread.interrupt();
    over.await();
    thread.join();
    assertThat(flag).isTrue();
    return requireNonNull(ended.get());
  }
}
