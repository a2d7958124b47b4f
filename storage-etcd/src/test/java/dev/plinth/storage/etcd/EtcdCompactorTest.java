package dev.plinth.storage.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.storage.etcd.EtcdConfig.Compaction;
import dev.plinth.storage.etcd.testing.EtcdClient;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.storage.etcd.testing.SharedServers;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class EtcdCompactorTest {
  @RegisterExtension static final SharedServers SERVERS = SharedServers.newest(1);

  private static final Key KEY = Key.utf8("/compactor");

  @Test
  void keepsWhatIsYoungerThanTheAge() {
    try (Store store = open();
        VirtualRuntime time = VirtualRuntime.ofTasksThatCallServers()) {
      KeyValues keyValues = store.keyValues();
      Compaction kept = new Compaction(Optional.of(Duration.ofSeconds(8)), Optional.empty());
      EtcdCompactor compactor = new EtcdCompactor(keyValues, time, kept);
      Revision first = keyValues.put(KEY, Bytes.utf8("old"));
      compactor.start();
      time.advance(Duration.ofSeconds(1));
      Revision second = keyValues.put(KEY, Bytes.utf8("new"));

      time.advance(Duration.ofSeconds(7));
      assertThat(keyValues.read(Read.of(KEY).at(first)).entries()).hasSize(1);

      time.advance(Duration.ofSeconds(2));
      assertThatThrownBy(() -> keyValues.read(Read.of(KEY).at(first)))
          .isInstanceOfSatisfying(
              HistoryLostException.class, lost -> assertThat(lost.compacted()).isEqualTo(second));
      compactor.close();
    }
  }

  @Test
  void keepsTheNewestRevisions() {
    try (Store store = open();
        VirtualRuntime time = VirtualRuntime.ofTasksThatCallServers()) {
      KeyValues keyValues = store.keyValues();
      Compaction kept = new Compaction(Optional.empty(), Optional.of(3L));
      EtcdCompactor compactor = new EtcdCompactor(keyValues, time, kept);
      compactor.start();
      for (int i = 0; i < 10; i++) {
        Revision unused = keyValues.put(KEY, Bytes.utf8("value " + i));
      }
      long current = keyValues.current().value();

      time.advance(Duration.ofMinutes(1));

      Revision oldest = Revision.of(current - 2);
      assertThat(keyValues.read(Read.of(KEY).at(oldest)).entries()).hasSize(1);
      assertThatThrownBy(() -> keyValues.read(Read.of(KEY).at(Revision.of(current - 3))))
          .isInstanceOfSatisfying(
              HistoryLostException.class, lost -> assertThat(lost.compacted()).isEqualTo(oldest));

      // Nothing new was written, and somebody else has compacted further: that is no trouble.
      Revision unused = keyValues.compact(Revision.of(current));
      time.advance(Duration.ofMinutes(1));
      compactor.close();
    }
  }

  private static Store open() {
    EtcdServers servers = SERVERS.servers();
    return EtcdClient.open(servers.endpoints(), Map.of("request-timeout", "15s"), () -> {});
  }
}
