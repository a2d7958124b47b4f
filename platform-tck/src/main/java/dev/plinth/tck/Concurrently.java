package dev.plinth.tck;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/**
 * Does things at the same time, and fails when they do not end in time.
 *
 * @since 0.1
 */
public final class Concurrently {
  private Concurrently() {}

  /**
   * Runs tasks on a thread each, begun together, and waits for all.
   *
   * @param <T> what each returns
   * @param patience how long, in real time
   * @param count how many
   * @param task what the thread of that number does
   * @return their results by number; the first failure is thrown instead
   */
  public static <T> List<T> run(Duration patience, int count, IntFunction<Callable<T>> task) {
    CountDownLatch gate = new CountDownLatch(1);
    List<Future<T>> running = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Callable<T> work = task.apply(i);
      running.add(
          start(() -> {
            gate.await();
            return work.call();
          }));
    }
    gate.countDown();
    List<T> results = new ArrayList<>();
    for (Future<T> future : running) {
      results.add(result(future, patience));
    }
    return results;
  }

  /**
   * Starts a task on a thread of its own.
   *
   * @param <T> what it returns
   * @param task what it does
   * @return its result to come; cancelling interrupts the thread
   */
  public static <T> Future<T> start(Callable<T> task) {
    FutureTask<T> future = new FutureTask<>(task);
    Thread unused = Thread.ofVirtual().name("tck").start(future);
    return future;
  }

  /**
   * Waits for a result.
   *
   * @param <T> what it is
   * @param future to come
   * @param patience how long, in real time
   * @return the result
   */
  public static <T> T result(Future<T> future, Duration patience) {
    try {
      return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      future.cancel(true);
      throw new AssertionError("not done within " + patience, late);
    } catch (InterruptedException interrupted) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      if (failed.getCause() instanceof Error error) {
        throw error;
      }
      throw new AssertionError(failed.getCause());
    }
  }
}
