package dev.plinth.spi.session;

import dev.plinth.spi.StoreRuntime;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands the events of a session to one listener, in order. There is a thread only while there is
 * something to deliver.
 *
 * <p>Thread-safe; the lock is never held while the listener runs.
 */
final class EventDelivery implements Session.Subscription {
  private final StoreRuntime runtime;
  private final Consumer<SessionEvent> listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<SessionEvent> waiting = new ArrayDeque<>();
  private boolean delivering;
  private boolean closed;

  EventDelivery(StoreRuntime runtime, Consumer<SessionEvent> listener) {
    this.runtime = runtime;
    this.listener = listener;
  }

  void offer(SessionEvent event) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      waiting.add(event);
      startIfNeeded();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
    } finally {
      lock.unlock();
    }
  }

  private void startIfNeeded() {
    if (!delivering && !waiting.isEmpty()) {
      delivering = true;
      runtime.start("plinth-session-listener", this::deliver);
    }
  }

  private void deliver() {
    try {
      for (SessionEvent event = take(); event != null; event = take()) {
        listener.accept(event);
      }
    } finally {
      // Reached with events left only when the listener threw: another thread goes on.
      lock.lock();
      try {
        delivering = false;
        startIfNeeded();
      } finally {
        lock.unlock();
      }
    }
  }

  private @Nullable SessionEvent take() {
    lock.lock();
    try {
      return waiting.poll();
    } finally {
      lock.unlock();
    }
  }
}
