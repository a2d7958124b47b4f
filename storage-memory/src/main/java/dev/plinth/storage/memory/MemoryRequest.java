package dev.plinth.storage.memory;

import dev.plinth.spi.StoreException;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What one caller wants done while no other writes.
 *
 * <p>Made by its caller, carried out by whichever thread is the writer, then read by its caller.
 *
 * @param <T> the result
 */
abstract class MemoryRequest<T> {
  /** The one that came before, while this one waits. */
  @Nullable MemoryRequest<?> next;

  private @Nullable T result;
  private @Nullable Throwable failure;
  private volatile boolean done;
  private volatile @Nullable Thread waiter;

  /** Changes the keyspace and nothing else, because it may be called again on another edit. */
  abstract T apply(KeyspaceEdit edit);

  /** Changes what lies beside the keyspace, once the new one is published; never fails. */
  void settle(Keyspace published, T applied) {}

  /**
   * Applies; what the request itself did wrong is kept for its caller.
   *
   * @throws RuntimeException if the edit may be broken
   */
  final void applyTo(KeyspaceEdit edit) {
    result = null;
    failure = null;
    try {
      result = apply(edit);
    } catch (StoreException refused) {
      failure = refused;
    }
  }

  final void fail(Throwable problem) {
    result = null;
    failure = problem;
  }

  final void settleIn(Keyspace published) {
    T applied = result;
    if (applied != null) {
      settle(published, applied);
    }
  }

  final void complete() {
    done = true;
    wakeUp();
  }

  final void wakeUp() {
    Thread parked = waiter;
    if (parked != null) {
      LockSupport.unpark(parked);
    }
  }

  final boolean isDone() {
    return done;
  }

  final void waitsOn(Thread thread) {
    waiter = thread;
  }

  /** The result, or what went wrong, thrown in the caller's thread. */
  final T result() {
    if (failure instanceof RuntimeException problem) {
      throw problem;
    }
    if (failure instanceof Error problem) {
      throw problem;
    }
    if (result == null) {
      throw new IllegalStateException("a request ended without a result", failure);
    }
    return result;
  }
}
