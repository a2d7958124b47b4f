package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.storage.etcd.testing.SharedServers;
import dev.plinth.tck.Ports;
import dev.plinth.tck.Verifies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints at which nobody answers, alone and beside one at which somebody does. */
@Execution(ExecutionMode.CONCURRENT)
final class EtcdUnreachableTest {
  @RegisterExtension static final SharedServers SERVERS = SharedServers.newest(1);

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** For calls that are answered. */
  private static final Duration PATIENT = Duration.ofSeconds(10);

  private static final Key KEY = Key.utf8("/unreachable/a");

  /** A call that is named. */
  record Call(String name, Consumer<Store> body) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Call> calls() {
    return Stream.of(
        new Call("get", store -> store.keyValues().get(KEY)),
        new Call("list", store -> store.keyValues().list(KeyRange.all())),
        new Call("put", store -> store.keyValues().put(KEY, Bytes.utf8("a"))),
        new Call("delete", store -> store.keyValues().delete(KEY)),
        new Call("current", store -> store.keyValues().current()),
        new Call("grant", store -> store.leases().grant(Duration.ofSeconds(5))),
        new Call("leases", store -> store.leases().list()),
        new Call("watch", store -> store.watches().open(WatchOptions.of(KeyRange.all())).close()),
        new Call("status", store -> store.status()));
  }

  private static String nobody() {
    return "127.0.0.1:" + Ports.free();
  }

  /** Those that name the endpoint when they fail; a watch that is opened tries until the end. */
  static Stream<Call> singleCalls() {
    return calls().filter(call -> !call.name().equals("watch"));
  }

  @ParameterizedTest
  @MethodSource("singleCalls")
  @Verifies("G37")
  void whereNobodyListensEveryCallSaysSoInTime(Call call) throws Exception {
    String endpoint = nobody();
    try (Clients clients = new Clients()) {
      Store store = clients.open(List.of(endpoint), TIMEOUT);
      assertUnavailable(
          Clients.failsWithin(TIMEOUT, () -> call.body().accept(store)), endpoint, "refused");
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  @Verifies("G37")
  void whereNobodySpeaksEveryCallSaysSoInTime(Call call) throws Exception {
    try (SilentPort silent = new SilentPort();
        Clients clients = new Clients()) {
      Store store = clients.open(List.of(silent.endpoint()), TIMEOUT);
      assertUnavailable(Clients.failsWithin(TIMEOUT, () -> call.body().accept(store)));
    }
  }

  @Test
  void aHostThatIsNotKnownIsNamed() {
    try (Clients clients = new Clients()) {
      Store store = clients.open(List.of("etcd.invalid:2379"), TIMEOUT);
      assertUnavailable(
          Clients.failsWithin(TIMEOUT, () -> store.keyValues().get(KEY)),
          "etcd.invalid:2379",
          "unknown");
    }
  }

  @Test
  void ofSeveralEndpointsEachIsNamed() throws Exception {
    List<String> endpoints = List.of(nobody(), nobody(), nobody());
    try (Clients clients = new Clients()) {
      Store store = clients.open(endpoints, TIMEOUT);
      assertUnavailable(
          Clients.failsWithin(TIMEOUT, () -> store.keyValues().put(KEY, Bytes.EMPTY)),
          endpoints.toArray(String[]::new));
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void afterAnEndpointWhereNobodyListensTheNextIsAsked(Call call) throws Exception {
    List<String> endpoints = new ArrayList<>(List.of(nobody(), nobody()));
    endpoints.addAll(SERVERS.servers().endpoints());
    try (Clients clients = new Clients()) {
      call.body().accept(clients.open(endpoints, PATIENT));
    }
  }

  @ParameterizedTest
  @MethodSource("calls")
  void afterAnEndpointWhereNobodySpeaksTheNextIsAsked(Call call) throws Exception {
    try (SilentPort silent = new SilentPort();
        Clients clients = new Clients()) {
      List<String> endpoints = new ArrayList<>(List.of(silent.endpoint()));
      endpoints.addAll(SERVERS.servers().endpoints());
      call.body().accept(clients.open(endpoints, PATIENT));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aWriteThatFoundNobodyWasNotApplied(boolean groupCommit) throws Exception {
    try (SilentPort silent = new SilentPort();
        Clients clients = new Clients()) {
      Store store =
          clients.open(List.of(silent.endpoint()), TIMEOUT, Map.of("group-commit", groupCommit));
      assertUnavailable(
          Clients.failsWithin(TIMEOUT, () -> store.keyValues().put(KEY, Bytes.utf8("lost"))),
          silent.endpoint(),
          "no connection in time");
    }
  }

  @Test
  void aWatchIsServedByTheEndpointThatAnswers() throws Exception {
    List<String> endpoints = new ArrayList<>(List.of(nobody()));
    endpoints.addAll(SERVERS.servers().endpoints());
    Key key = Key.utf8("/unreachable/watched");
    try (Clients clients = new Clients()) {
      Store store = clients.open(endpoints, PATIENT);
      try (Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(key)))) {
        store.keyValues().put(key, Bytes.utf8("a"));
        assertThat(watch.poll(Duration.ofSeconds(20)).orElseThrow().changes()).hasSize(1);
      }
    }
  }

  private static void assertUnavailable(StoreException failure, String... parts) {
    assertThat(failure)
        .isInstanceOf(StoreUnavailableException.class)
        .message()
        .hasLineCount(1)
        .satisfies(message -> assertThat(List.of(parts)).allMatch(message::contains));
  }
}
