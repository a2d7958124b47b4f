package dev.plinth.spi.election;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one thread waits on when several things may wake it. A signal that comes before the wait is
 * not lost.
 *
 * <p>Thread-safe. Signalling never blocks for long, so it may run on a store's threads.
 */
final class Wakeup {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean signalled;

  void signal() {
    lock.lock();
    try {
      signalled = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!signalled) {
        changed.await();
      }
      signalled = false;
    } finally {
      lock.unlock();
    }
  }

  /** Waits in real time; returns the nanoseconds that are left, zero or less if none are. */
  long await(long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (!signalled && left > 0) {
        left = changed.awaitNanos(left);
      }
      signalled = false;
      return left;
    } finally {
      lock.unlock();
    }
  }
}
