package dev.plinth.service.ztap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.storage.memory.MemoryStoreProvider;
import dev.plinth.tck.VirtualRuntime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

final class ZtapDemoTest {

  @Test
  void theDemonstrationShowsBothWaysToLoseALeader() {
    List<String> lines = new CopyOnWriteArrayList<>();
    try (VirtualRuntime runtime = new VirtualRuntime();
        Store store = new MemoryStoreProvider().open(Settings.empty(), runtime)) {
      CompletableFuture<Boolean> done = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              done.complete(ZtapModule.demo(store, lines::add).run());
            } catch (InterruptedException | RuntimeException failed) {
              done.completeExceptionally(failed);
            }
          });
      ZtapCluster.await(() -> {
        runtime.advance(Duration.ofMillis(20));
        return done.isDone();
      });
      assertThat(done).isCompletedWithValue(true);
      assertThat(lines)
          .anyMatch(line -> line.matches("Leader: node. \\(127.0.0.1:909.\\)"))
          .anyMatch(line -> line.matches("Now node. crashes: it stops without a word\\."))
          .anyMatch(line -> line.matches("  node. saw after .*: node_unwell node. .*"))
          .anyMatch(line -> line.matches("  node. saw after .*: leader_elected node. .*"))
          .anyMatch(line -> line.matches("  node. .* gone .*"))
          .anyMatch(line -> line.matches("node. leads .* after the crash; at most .*"))
          .anyMatch(line -> line.matches("Now node. stops as it should: it resigns first\\."))
          .anyMatch(line -> line.matches("node. leads .* s after that\\."));
      assertThat(store.leases().list()).hasSizeLessThanOrEqualTo(1);
    }
  }
}
