package dev.plinth.chassis.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.chassis.lifecycle.LifecycleStatus.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LifecycleTest {
  private static final LifecycleTiming PATIENT = LifecycleTiming.withGrace(Duration.ofSeconds(5));

  /** What starts at once makes it in time, also on a machine that stands still for a moment. */
  private static final LifecycleTiming HASTY_START =
      new LifecycleTiming(Duration.ofSeconds(3), PATIENT.drainGrace(), PATIENT.stopDeadline());

  private static final LifecycleTiming HASTY_STOP =
      new LifecycleTiming(PATIENT.startDeadline(), Duration.ofMillis(50), Duration.ofMillis(50));

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
            HASTY_START,
            List.of(
                part("cache", Phase.PREPARE),
                part(Phase.WORK, LifecycleTest::blockUntilInterrupted, () -> {})));
    assertThatThrownBy(lifecycle::start)
        .isInstanceOf(StartException.class)
        .hasMessageContaining("did not start within");
    assertThat(log).containsExactly("+cache", "-cache");
  }

  @Test
  void aPartThatDoesNotStopKeepsNoOtherFromStopping() throws InterruptedException {
    CountDownLatch stopped = new CountDownLatch(1);
    Lifecycle lifecycle =
        Lifecycle.of(
            HASTY_STOP,
            List.of(
                part(
                    Phase.PREPARE,
                    () -> log.add("+cache"),
                    () -> {
                      log.add("-cache");
                      stopped.countDown();
                    }),
                part(Phase.WORK, () -> {}, LifecycleTest::blockUntilInterrupted),
                part(
                    Phase.SERVE,
                    () -> {},
                    () -> {
                      throw new IllegalStateException("refuses to stop");
                    })));
    lifecycle.start();
    lifecycle.stop();
    // A busy machine may leave even the cache behind, which then stops a little later.
    assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(log).containsExactly("+cache", "-cache");
    assertThat(lifecycle.state()).isEqualTo(State.STOPPED);
  }
}
