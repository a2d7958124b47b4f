package dev.plinth.storage.hazelcast;

import dev.plinth.spi.StoreRuntime;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs what readers of watches want to be run, one after the other, on a thread that lives only
 * while there is any; so none of them holds up the hub.
 *
 * <p>Thread-safe.
 */
final class WatchSignals {
  private final StoreRuntime runtime;
  private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean running = new AtomicBoolean();

  WatchSignals(StoreRuntime runtime) {
    this.runtime = runtime;
  }

  void runSoon(Runnable signal) {
    waiting.add(signal);
    if (running.compareAndSet(false, true)) {
      Thread unused = runtime.start("plinth-hazelcast-signals", this::runAll);
    }
  }

  private void runAll() {
    do {
      for (Runnable signal = waiting.poll(); signal != null; signal = waiting.poll()) {
        run(signal);
      }
      running.set(false);
    } while (!waiting.isEmpty() && running.compareAndSet(false, true));
  }

  static void run(Runnable signal) {
    try {
      signal.run();
    } catch (RuntimeException thrown) {
      // One reader's mistake must not cost others their signals.
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
    }
  }
}
