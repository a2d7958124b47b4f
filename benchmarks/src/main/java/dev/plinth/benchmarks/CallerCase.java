package dev.plinth.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One thing that is measured: an operation, by how many callers, and the least ratio to the client
 * it is compared with.
 *
 * @param operation which
 * @param where from where, if that makes a difference; may be empty
 * @param callers how many virtual threads call at once, each on keys of its own
 * @param bar the least ratio, or 0 for none
 */
record CallerCase(Operation operation, String where, int callers, double bar) {
  /** How many keys each caller has. */
  static final int KEYS_EACH = 40;

  /** What a caller does. */
  enum Operation {
    PUT("put"),
    GET("get"),
    REPLACE("conditional transaction");

    private final String text;

    Operation(String text) {
      this.text = text;
    }

    private void run(CallerSubject subject, int key, int value) throws InterruptedException {
      boolean done =
          switch (this) {
            case PUT -> subject.put(key, value) > 0;
            case GET -> subject.get(key);
            case REPLACE -> subject.replace(key, value);
          };
      if (!done) {
        throw new IllegalStateException(text + " of key " + key + " found nothing");
      }
    }
  }

  /** How many keys are needed for it, from 0 on. */
  int keys() {
    return KEYS_EACH * callers;
  }

  /** Returns the operations of each second. */
  double measure(CallerSubject subject, long nanoseconds)
      throws InterruptedException, ExecutionException {
    CountDownLatch go = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> counts = new ArrayList<>();
      for (int caller = 0; caller < callers; caller++) {
        int first = caller * KEYS_EACH;
        counts.add(
            threads.submit(() -> {
              go.await();
              return call(subject, first, System.nanoTime() + nanoseconds);
            }));
      }
      long began = System.nanoTime();
      go.countDown();
      long total = 0;
      for (Future<Long> count : counts) {
        total += count.get();
      }
      return total * 1e9 / (System.nanoTime() - began);
    }
  }

  private long call(CallerSubject subject, int first, long until) throws InterruptedException {
    long count = 0;
    while (System.nanoTime() - until < 0) {
      operation.run(subject, first + (int) (count % KEYS_EACH), (int) count);
      count++;
    }
    return count;
  }

  @Override
  public String toString() {
    return operation.text + where + ", " + callers + (callers == 1 ? " caller" : " callers");
  }
}
