package dev.plinth.service.gateway.concurrency;

import io.grpc.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call that may wait long, on a thread of its own.
 *
 * <p>Thread-safe; {@link #pause} for the thread of the call.
 */
final class WaitingCall {
  private final Semaphore wakeUps = new Semaphore(0);
  private final ReentrantLock lock = new ReentrantLock();

  private volatile @Nullable Status end;

  // Guarded by the lock.
  private boolean settled;
  private boolean delivered;
  private @Nullable Consumer<Boolean> afterwards;

  /** Lets {@link #pause} return. Never blocks, so that the store's threads may call it. */
  void wake() {
    wakeUps.release();
  }

  /** Ends the wait. */
  void end(Status why) {
    end = why;
    wake();
  }

  /**
   * Waits until something may have happened.
   *
   * @throws GaveUpException if nobody waits for the answer any more
   */
  void pause() {
    try {
      wakeUps.acquire();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new GaveUpException(Status.UNAVAILABLE);
    }
    int _ = wakeUps.drainPermits();
    throwIfOver();
  }

  private void throwIfOver() {
    Status why = end;
    if (why != null) {
      throw new GaveUpException(why);
    }
  }

  /**
   * Sets what is done once it is known whether the client has the answer; at once if it is known.
   *
   * @param task told whether; must not block
   */
  void whenSettled(Consumer<Boolean> task) {
    boolean now;
    boolean has;
    lock.lock();
    try {
      now = settled;
      has = delivered;
      afterwards = task;
    } finally {
      lock.unlock();
    }
    if (now) {
      task.accept(has);
    }
  }

  /** Notes whether the client has the answer; the first word counts. */
  void settle(boolean has) {
    Consumer<Boolean> task;
    lock.lock();
    try {
      if (settled) {
        return;
      }
      settled = true;
      delivered = has;
      task = afterwards;
    } finally {
      lock.unlock();
    }
    if (task != null) {
      task.accept(has);
    }
  }
}
