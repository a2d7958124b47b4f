package dev.plinth.storage.etcd;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Threads that call and wait, and what became of them. */
final class Callers {
  private static final long PATIENCE_SECONDS = 120;

  private Callers() {}

  /** One call in a thread of its own. */
  record Caller<T>(Thread thread, CompletableFuture<T> result) {
    /** What the call returned. */
    T returned() throws InterruptedException {
      try {
        return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException failed) {
        throw new AssertionError("the call failed", failed.getCause());
      } catch (TimeoutException late) {
        throw new AssertionError("the call did not end", late);
      }
    }

    /** What the call threw. */
    Throwable thrown() throws InterruptedException {
      try {
        throw new AssertionError(
            "the call returned " + result.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
      } catch (ExecutionException failed) {
        return requireNonNull(failed.getCause());
      } catch (TimeoutException late) {
        throw new AssertionError("the call did not end", late);
      }
    }
  }

  static <T> Caller<T> start(Callable<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                result.complete(call.call());
              } catch (Throwable failed) {
                result.completeExceptionally(failed);
              }
            });
    return new Caller<>(thread, result);
  }

  /** Starts a call and returns once its thread waits in it. */
  static <T> Caller<T> startAndWait(Callable<T> call) {
    Caller<T> caller = start(call);
    until("the caller waits", () -> isWaiting(caller) || caller.result().isDone());
    return caller;
  }

  /** Starts calls one after the other, each once the one before waits. */
  static <T> List<Caller<T>> startAndWait(List<Callable<T>> calls) {
    List<Caller<T>> callers = new ArrayList<>();
    calls.forEach(call -> callers.add(startAndWait(call)));
    return callers;
  }

  private static boolean isWaiting(Caller<?> caller) {
    Thread.State state = caller.thread().getState();
    return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
  }

  static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("never happened: " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }
}
