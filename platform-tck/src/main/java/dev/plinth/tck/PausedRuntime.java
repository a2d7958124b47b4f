package dev.plinth.tck;

import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The runtime of a process that a test can stop and let go on, as a long garbage collection or a
 * stopped virtual machine does: clocks go on, scheduled tasks wait.
 *
 * <p>Thread-safe. Closing does not close the runtime behind.
 */
final class PausedRuntime extends ForwardingRuntime {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean paused;

  PausedRuntime(StoreRuntime runtime) {
    super(runtime);
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
    due.forEach(task -> start("tck-resumed", task));
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    return super.schedule(delay, () -> runUnlessPaused(task));
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
  public void close() {}
}
