package dev.plinth.service.labmgr.control;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What has to be looked at: each item once, and never by two workers at a time. An item that is
 * added while it is being looked at comes again afterwards.
 *
 * <p>Thread-safe.
 *
 * @param <T> what an item is
 */
final class WorkQueue<T> {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<T> waiting = new ArrayDeque<>();
  private final Set<T> wanted = new HashSet<>();
  private final Set<T> taken = new HashSet<>();
  private boolean closed;

  /** Adds an item, unless it waits already. */
  void add(T item) {
    lock.lock();
    try {
      if (!closed && wanted.add(item) && !taken.contains(item)) {
        waiting.add(item);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next item.
   *
   * @return the item, to be given back with {@link #done}; nothing when the queue was closed
   */
  Optional<T> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        T next = waiting.poll();
        if (next != null) {
          wanted.remove(next);
          taken.add(next);
          return Optional.of(next);
        }
        changed.await();
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Gives an item back. */
  void done(T item) {
    lock.lock();
    try {
      taken.remove(item);
      if (!closed && wanted.contains(item)) {
        waiting.add(item);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many items wait. */
  int depth() {
    lock.lock();
    try {
      return wanted.size();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes everyone who waits; nothing is handed out any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      wanted.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
