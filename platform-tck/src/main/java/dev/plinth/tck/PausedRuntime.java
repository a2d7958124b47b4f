package dev.plinth.tck;

import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * The runtime of a process that a test can stop and let go on, as a long garbage collection or a
 * stopped virtual machine does: clocks go on, scheduled tasks wait.
 *
 * <p>Thread-safe. Closing does not close the runtime behind.
 */
final class PausedRuntime implements StoreRuntime {
  private final StoreRuntime runtime;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean paused;

  PausedRuntime(StoreRuntime runtime) {
    this.runtime = runtime;
  }

  void pause() {
    lock.lock();
    try {
      paused = true;
    } finally {
      lock.unlock();
    }
  }

  void resume() {
    List<Runnable> due;
    lock.lock();
    try {
      paused = false;
      due = List.copyOf(waiting);
      waiting.clear();
    } finally {
      lock.unlock();
    }
    due.forEach(task -> runtime.start("tck-resumed", task));
  }

  @Override
  public long nanoTime() {
    return runtime.nanoTime();
  }

  @Override
  public Instant now() {
    return runtime.now();
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return runtime.schedule(delay, () -> runUnlessPaused(task));
  }

  private void runUnlessPaused(Runnable task) {
    lock.lock();
    try {
      if (paused) {
        waiting.add(task);
        return;
      }
    } finally {
      lock.unlock();
    }
    task.run();
  }

  @Override
  public Thread start(String name, Runnable task) {
    return runtime.start(name, task);
  }

  @Override
  public RandomGenerator random() {
    return runtime.random();
  }

  @Override
  public void close() {}
}
