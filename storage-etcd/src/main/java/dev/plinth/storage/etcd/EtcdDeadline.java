package dev.plinth.storage.etcd;

import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * When a call has to have ended (G37), by the clock that never steps.
 *
 * <p>Immutable.
 *
 * @param runtime whose clock counts
 * @param at the time, in nanoseconds of that clock
 */
record EtcdDeadline(StoreRuntime runtime, long at) {
  static EtcdDeadline in(Duration time, StoreRuntime runtime) {
    return new EtcdDeadline(runtime, runtime.nanoTime() + time.toNanos());
  }

  /** Returns a later one. */
  EtcdDeadline plus(Duration time) {
    return new EtcdDeadline(runtime, at + time.toNanos());
  }

  /** How much time is left, in nanoseconds; zero or less when it is over. */
  long remaining() {
    return at - runtime.nanoTime();
  }

  /**
   * Waits before another attempt, in the caller's thread.
   *
   * @return whether another attempt may be made: there is time for it and nobody interrupted
   */
  boolean pause(Duration pause) {
    long until = runtime.nanoTime() + pause.toNanos();
    if (at - until <= 0) {
      return false;
    }
    for (long left = pause.toNanos(); left > 0; left = until - runtime.nanoTime()) {
      if (Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(this, left);
    }
    return true;
  }

  /**
   * Waits for an answer, in the caller's thread.
   *
   * @param answer of a call that may have been applied
   * @param what was asked, for people
   * @return the answer
   * @throws StoreException if the call failed, the time is over, or the thread was interrupted
   */
  <R> R await(CompletableFuture<R> answer, String what) {
    try {
      return answer.get(Math.max(0, remaining()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof StoreException reason) {
        throw reason;
      }
      throw new IllegalStateException(what + " ended in a way that is not the store's", failed);
    } catch (TimeoutException late) {
      throw new OutcomeUnknownException(what + ": no answer in time", late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new OutcomeUnknownException(what + ": interrupted", interrupted);
    }
  }
}
