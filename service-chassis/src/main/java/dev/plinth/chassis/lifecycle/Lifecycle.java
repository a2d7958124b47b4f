package dev.plinth.chassis.lifecycle;

import static java.util.Comparator.comparing;

import dev.plinth.chassis.lifecycle.LifecycleStatus.State;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the parts of a service in order, and stops them in reverse, once.
 *
 * <p>Thread-safe: a stop that comes while a start is under way waits for it.
 */
public final class Lifecycle {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  private final LifecycleTiming timing;
  private final LifecycleStatus status;
  private final List<Managed> parts;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Managed> started = new ArrayList<>();

  @Inject
  Lifecycle(LifecycleTiming timing, LifecycleStatus status, Set<Managed> parts) {
    this.timing = timing;
    this.status = status;
    this.parts = parts.stream().sorted(comparing(Managed::phase)).toList();
  }

  /**
   * Returns a lifecycle of parts that are not injected.
   *
   * @param timing its deadlines
   * @param parts what to start; sorted by phase, then in the order given
   * @return a lifecycle that has not started
   */
  public static Lifecycle of(LifecycleTiming timing, List<Managed> parts) {
    return new Lifecycle(timing, new LifecycleStatus(), new LinkedHashSet<>(parts));
  }

  /**
   * Returns where the service is.
   *
   * @return its state now
   */
  public State state() {
    return status.state();
  }

  /**
   * Starts every part. If one fails, or takes longer than its deadline, those that had started are
   * stopped again.
   *
   * @throws StartException if a part did not start; nothing runs then
   * @throws IllegalStateException if it was started or stopped before
   */
  public void start() {
    lock.lock();
    try {
      if (status.state() != State.STARTING || !started.isEmpty()) {
        throw new IllegalStateException("started already");
      }
      for (Managed part : parts) {
        startOne(part);
        started.add(part);
      }
      status.become(State.RUNNING);
    } catch (RuntimeException failed) {
      stop();
      throw failed;
    } finally {
      lock.unlock();
    }
  }

  private void startOne(Managed part) {
    Optional<Throwable> failure = run("start", part, part::start, timing.startDeadline());
    if (failure.isEmpty()) {
      return;
    }
    if (failure.get() instanceof StartException known) {
      throw known;
    }
    throw new StartException(
        nameOf(part) + " did not start: " + failure.get().getMessage(), failure.get());
  }

  /**
   * Stops what runs, in reverse order. A part that fails to stop, or takes longer than its
   * deadline, is logged and left behind. Idempotent.
   */
  public void stop() {
    lock.lock();
    try {
      if (status.state() == State.STOPPED) {
        return;
      }
      status.become(State.DRAINING);
      for (Managed part : started.reversed()) {
        run("stop", part, part::stop, timing.stopDeadline())
            .ifPresent(failure ->
                LOG.atWarn()
                    .setCause(failure)
                    .addKeyValue("part", nameOf(part))
                    .log("A part did not stop as it should"));
      }
      started.clear();
      status.become(State.STOPPED);
    } finally {
      lock.unlock();
    }
  }

  private static Optional<Throwable> run(
      String verb, Managed part, Runnable task, Duration deadline) {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread thread =
        Thread.ofVirtual()
            .name("plinth-" + verb + "-" + nameOf(part))
            .uncaughtExceptionHandler((t, thrown) -> failure.set(thrown))
            .start(task);
    try {
      if (thread.join(deadline)) {
        return Optional.ofNullable(failure.get());
      }
      thread.interrupt();
      return Optional.of(
          new StartException(nameOf(part) + " did not " + verb + " within " + deadline));
    } catch (InterruptedException hurried) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      return Optional.of(hurried);
    }
  }

  private static String nameOf(Managed part) {
    return part.getClass().getSimpleName();
  }
}
