package dev.plinth.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a memory store gives up by itself. */
final class MemoryHistoryTest {
  private static final Key KEY = Key.utf8("k");

  private static Store open(VirtualRuntime runtime, Map<String, String> settings) {
    return new MemoryStoreProvider().open(Settings.of(settings), runtime);
  }

  private static void put(Store store, int times, int bytes) {
    for (int i = 0; i < times; i++) {
      Revision unused = store.keyValues().put(KEY, Bytes.of(new byte[bytes]));
    }
  }

  @Test
  void historyIsKeptByCount() {
    try (Store store = open(new VirtualRuntime(), Map.of("history-revisions", "100"))) {
      put(store, 1_000, 1);
      assertThat(store.status().historyRevisions()).hasValue(100L);
      assertThat(store.status().compacted()).isEqualTo(Revision.of(901));
      Read oldest = Read.of(KEY).at(Revision.of(901));
      assertThat(store.keyValues().read(oldest).entries().getFirst().version()).isEqualTo(900);
      assertThatThrownBy(() -> store.keyValues().read(oldest.at(Revision.of(900))))
          .isInstanceOf(HistoryLostException.class);
      assertThat(store.status().sizeBytes()).isLessThan(1_000);
    }
  }

  @Test
  void historyIsKeptBySize() {
    try (Store store =
        open(
            new VirtualRuntime(),
            Map.of("history-bytes", "1MiB", "history-revisions", "0", "history-age", "0s"))) {
      put(store, 5_000, 1_024);
      assertThat(store.status().sizeBytes()).isLessThan(2 << 20);
      assertThat(store.status().historyRevisions().orElseThrow()).isBetween(500L, 1_100L);
    }
  }

  @Test
  void historyIsKeptByAge() {
    VirtualRuntime runtime = new VirtualRuntime();
    try (Store store = open(runtime, Map.of("history-age", "10m"))) {
      put(store, 10, 1);
      runtime.advance(Duration.ofMinutes(5));
      put(store, 10, 1);
      runtime.advance(Duration.ofMinutes(4));
      assertThat(store.status().historyRevisions()).hasValue(20L);
      runtime.advance(Duration.ofMinutes(3));
      assertThat(store.status().compacted()).isEqualTo(Revision.of(11));
      runtime.advance(Duration.ofMinutes(10));
      assertThat(store.status().historyRevisions()).hasValue(0L);
      assertThat(store.keyValues().get(KEY)).isPresent();
    }
  }

  @Test
  void nothingIsGivenUpWhenEveryLimitIsOff() {
    VirtualRuntime runtime = new VirtualRuntime();
    try (Store store =
        open(
            runtime, Map.of("history-bytes", "0", "history-revisions", "0", "history-age", "0s"))) {
      put(store, 1_000, 1);
      runtime.advance(Duration.ofDays(3));
      assertThat(store.status().historyRevisions()).hasValue(1_000L);
      assertThat(store.status().compacted()).isEqualTo(Revision.ZERO);
    }
  }
}
