package dev.plinth.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

final class VirtualRuntimeTest {
  @Test
  void tasksRunInTheOrderOfTheirTimeAndSeeIt() {
    try (VirtualRuntime runtime = new VirtualRuntime()) {
      List<String> ran = new CopyOnWriteArrayList<>();
      runtime.schedule(Duration.ofSeconds(2), () -> ran.add("two at " + seconds(runtime)));
      runtime.schedule(
          Duration.ofSeconds(1),
          () -> {
            ran.add("one at " + seconds(runtime));
            runtime.schedule(Duration.ofSeconds(2), () -> ran.add("three at " + seconds(runtime)));
          });
      runtime.schedule(Duration.ofSeconds(1), () -> ran.add("cancelled")).cancel();
      runtime.advance(Duration.ofSeconds(2));
      assertThat(ran).containsExactly("one at 1", "two at 2");
      runtime.advance(Duration.ofSeconds(5));

      assertThat(ran).containsExactly("one at 1", "two at 2", "three at 3");
      assertThat(seconds(runtime)).isEqualTo(7);
    }
  }

  @Test
  void theWallClockStepsWithoutTimePassing() {
    try (VirtualRuntime runtime = new VirtualRuntime()) {
      Instant before = runtime.now();
      runtime.stepWallClock(Duration.ofHours(-1));

      assertThat(runtime.now()).isEqualTo(before.minus(Duration.ofHours(1)));
      assertThat(runtime.nanoTime()).isZero();
      runtime.advance(Duration.ofSeconds(1));
      assertThat(runtime.now()).isEqualTo(before.minus(Duration.ofHours(1)).plusSeconds(1));
    }
  }

  @Test
  void aTaskThatBlocksDoesNotStopTime() {
    try (VirtualRuntime runtime = new VirtualRuntime()) {
      CountDownLatch later = new CountDownLatch(1);
      AtomicBoolean released = new AtomicBoolean();
      runtime.schedule(
          Duration.ofSeconds(1),
          () -> {
            try {
              later.await();
              released.set(true);
            } catch (InterruptedException interrupted) {
              Thread.currentThread().interrupt();
            }
          });
      runtime.schedule(Duration.ofSeconds(2), later::countDown);
      runtime.advance(Duration.ofSeconds(3));

      new Await(Duration.ofSeconds(20)).until("the task that waited goes on", released::get);
    }
  }

  private static long seconds(VirtualRuntime runtime) {
    return Duration.ofNanos(runtime.nanoTime()).toSeconds();
  }
}
