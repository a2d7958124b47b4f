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
  private static final int NODES = 3;

  @Test
  void theDemonstrationShowsBothWaysToLoseALeader() {
    List<String> lines = new CopyOnWriteArrayList<>();
    try (VirtualRuntime runtime = new VirtualRuntime();
        Store store = new MemoryStoreProvider().open(Settings.empty(), runtime)) {
      CompletableFuture<Boolean> done = new CompletableFuture<>();
      Thread demonstration =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  done.complete(ZtapModule.demo(store, lines::add).run());
                } catch (InterruptedException | RuntimeException failed) {
                  done.completeExceptionally(failed);
                }
              });
      // Time moves only while the session of the node that crashed is waited for. All else takes
      // none: on a busy machine it would take more of a time that moves by itself than is promised.
      ZtapCluster.await(() -> {
        if (demonstration.getState() == Thread.State.WAITING
            && lines.stream().anyMatch(line -> line.contains(" crashes: "))
            && store.leases().list().size() == NODES) {
          runtime.advance(Duration.ofMillis(20));
        }
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
