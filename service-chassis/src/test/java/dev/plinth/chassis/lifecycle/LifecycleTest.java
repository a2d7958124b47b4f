package dev.plinth.chassis.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.chassis.lifecycle.LifecycleStatus.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LifecycleTest {
  private static final LifecycleTiming PATIENT = LifecycleTiming.withGrace(Duration.ofSeconds(5));
  private static final LifecycleTiming HASTY =
      new LifecycleTiming(Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofMillis(50));

  private final List<String> log = new CopyOnWriteArrayList<>();

  private Managed part(String name, Phase phase) {
    return part(phase, () -> log.add("+" + name), () -> log.add("-" + name));
  }

  private static Managed part(Phase phase, Runnable start, Runnable stop) {
    return new Managed() {
      @Override
      public Phase phase() {
        return phase;
      }

      @Override
      public void start() {
        start.run();
      }

      @Override
      public void stop() {
        stop.run();
      }
    };
  }

  private static void blockUntilInterrupted() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void partsStartInOrderAndStopInReverseOnce() {
    Lifecycle lifecycle =
        Lifecycle.of(
            PATIENT,
            List.of(
                part("server", Phase.SERVE),
                part("loop", Phase.WORK),
                part("second", Phase.WORK),
                part("cache", Phase.PREPARE)));
    assertThat(lifecycle.state()).isEqualTo(State.STARTING);
    lifecycle.start();
    assertThat(lifecycle.state()).isEqualTo(State.RUNNING);
    lifecycle.stop();
    lifecycle.stop();
    assertThat(lifecycle.state()).isEqualTo(State.STOPPED);
    assertThat(log)
        .containsExactly(
            "+cache", "+loop", "+second", "+server", "-server", "-second", "-loop", "-cache");
    assertThatThrownBy(lifecycle::start).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatStartedBeforeAFailureIsStopped() {
    Managed failing =
        part(
            Phase.WORK,
            () -> {
              throw new IllegalStateException("no such thing");
            },
            () -> log.add("-failing"));
    Lifecycle lifecycle =
        Lifecycle.of(
            PATIENT, List.of(part("cache", Phase.PREPARE), failing, part("server", Phase.SERVE)));
    assertThatThrownBy(lifecycle::start)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("no such thing");
    assertThat(log).containsExactly("+cache", "-cache");
    assertThat(lifecycle.state()).isEqualTo(State.STOPPED);
  }

  @Test
  void aPartThatTakesTooLongToStartIsAFailure() {
    Lifecycle lifecycle =
        Lifecycle.of(
            HASTY,
            List.of(
                part("cache", Phase.PREPARE),
                part(Phase.WORK, LifecycleTest::blockUntilInterrupted, () -> {})));
    assertThatThrownBy(lifecycle::start)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("did not start within");
    assertThat(log).containsExactly("+cache", "-cache");
  }

  @Test
  void aPartThatDoesNotStopKeepsNoOtherFromStopping() {
    Lifecycle lifecycle =
        Lifecycle.of(
            HASTY,
            List.of(
                part("cache", Phase.PREPARE),
                part(Phase.WORK, () -> {}, LifecycleTest::blockUntilInterrupted),
                part(
                    Phase.SERVE,
                    () -> {},
                    () -> {
                      throw new IllegalStateException("refuses to stop");
                    })));
    lifecycle.start();
    lifecycle.stop();
    assertThat(log).containsExactly("+cache", "-cache");
    assertThat(lifecycle.state()).isEqualTo(State.STOPPED);
  }
}
