package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Store;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.storage.etcd.testing.EtcdClient;
import dev.plinth.storage.etcd.testing.SharedServers;
import dev.plinth.storage.etcd.testing.TcpProxy;
import dev.plinth.tck.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Which threads stores have, and leave when they are closed: no other test may have one meanwhile.
 */
@Isolated
final class EtcdThreadsTest {
  @RegisterExtension static final SharedServers SERVERS = SharedServers.newest(1);

  private static final Key KEY = Key.utf8("/closing");
  private static final int CYCLES = 100;
  private static final Await AWAIT = new Await(Duration.ofSeconds(30));

  @Test
  void nothingIsLeftAfterOpeningAndClosingOften() {
    Set<Thread> before = threads();
    Map<String, ?> patient = Map.of("request-timeout", "30s");
    try (TcpProxy proxy = TcpProxy.to(SERVERS.servers().members().getFirst().port())) {
      for (int i = 0; i < CYCLES; i++) {
        try (Store store = EtcdClient.open(List.of(proxy.endpoint()), patient, () -> {});
            Watch watch = store.watches().open(WatchOptions.of(KeyRange.single(KEY)))) {
          store.keyValues().put(KEY, Bytes.EMPTY);
          assertThat(watch.startedAt().value()).isPositive();
          assertThat(store.leases().grant(Duration.ofSeconds(5)).granted()).isPositive();
          assertThat(before.containsAll(threads())).isFalse();
        }
      }
      AWAIT.until("no socket is open", () -> proxy.connections() == 0);
      AWAIT.until("no thread is left", () -> before.containsAll(threads()));
    }
  }

  @Test
  void tenThousandWatchesHaveNoThreadsOfTheirOwn() {
    try (Store store = EtcdClient.open(SERVERS.servers().endpoints(), Map.of(), () -> {})) {
      store.watches().open(WatchOptions.of(KeyRange.single(KEY))).close();
      int before = Thread.getAllStackTraces().size();
      List<Watch> watches = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        watches.add(store.watches().open(WatchOptions.of(KeyRange.single(Key.utf8("/" + i)))));
      }
      assertThat(Thread.getAllStackTraces().size() - before).isLessThan(20);
      watches.forEach(Watch::close);
    }
  }

  /** The threads of all stores. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("plinth-etcd"))
        .collect(Collectors.toSet());
  }
}
