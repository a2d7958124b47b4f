package dev.plinth.service.centro.dispatch;

import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Something done again and again, with a pause after each time, in the time of a runtime.
 *
 * <p>Thread-safe; one lock, held while a round runs.
 */
final class Rounds implements AutoCloseable {

  /** What is done. */
  interface Round {
    void run() throws InterruptedException;
  }

  private final Duration pause;
  private final StoreRuntime runtime;
  private final Round round;
  private final ReentrantLock lock = new ReentrantLock();
  private StoreRuntime.Scheduled next = () -> {};
  private boolean isClosed;

  private Rounds(Duration pause, StoreRuntime runtime, Round round) {
    this.pause = pause;
    this.runtime = runtime;
    this.round = round;
  }

  /** Begins after the first pause. */
  static Rounds every(Duration pause, StoreRuntime runtime, Round round) {
    Rounds rounds = new Rounds(pause, runtime, round);
    rounds.schedule();
    return rounds;
  }

  private void schedule() {
    lock.lock();
    try {
      if (!isClosed) {
        next = runtime.schedule(pause, this::runOnce);
      }
    } finally {
      lock.unlock();
    }
  }

  private void runOnce() {
    lock.lock();
    try {
      if (!isClosed) {
        round.run();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      schedule();
      lock.unlock();
    }
  }

  /** Waits for the round that runs, and lets none follow. */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      next.cancel();
    } finally {
      lock.unlock();
    }
  }
}
