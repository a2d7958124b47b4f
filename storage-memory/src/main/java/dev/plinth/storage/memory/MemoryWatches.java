package dev.plinth.storage.memory;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.RequestRules;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.Watches;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Opens watches, and runs what their readers want to be run. */
final class MemoryWatches implements Watches {
  private final MemoryWriter writer;
  private final MemoryWatchIndex index;
  private final StoreRuntime runtime;
  private final int queueCapacity;

  /*
   * Signals run one after the other on a thread that lives only while there are any, so that none
   * of them holds up a writer.
   */
  private final ConcurrentLinkedQueue<MemoryWatch> signals = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean signalling = new AtomicBoolean();

  MemoryWatches(
      MemoryWriter writer, MemoryWatchIndex index, StoreRuntime runtime, int queueCapacity) {
    this.writer = writer;
    this.index = index;
    this.runtime = runtime;
    this.queueCapacity = queueCapacity;
  }

  @Override
  public Watch open(WatchOptions options) {
    RequestRules.check(options);
    MemoryWatch watch = new MemoryWatch(writer, this, options, queueCapacity);
    MemoryWatch added = writer.run(new AddRequest(watch));
    options.progressInterval().ifPresent(interval -> repeatProgress(added, interval));
    return added;
  }

  private void repeatProgress(MemoryWatch watch, Duration interval) {
    watch.repeat(
        runtime.schedule(
            interval,
            () -> {
              try {
                watch.requestProgress();
                repeatProgress(watch, interval);
              } catch (StoreException ended) {
                // Then nobody waits for progress any more.
              }
            }));
  }

  /** Takes a watch that has ended out of the index. */
  void drop(MemoryWatch watch) {
    try {
      boolean unused = writer.run(new DropRequest(watch));
    } catch (HandleClosedException storeClosed) {
      // Closing the store took it out.
    }
  }

  /** Runs the signal of a watch on another thread. */
  void runSoon(MemoryWatch watch) {
    signals.add(watch);
    if (signalling.compareAndSet(false, true)) {
      Thread unused = runtime.start("plinth-memory-signals", this::runSignals);
    }
  }

  private void runSignals() {
    do {
      for (MemoryWatch watch = signals.poll(); watch != null; watch = signals.poll()) {
        runSignal(watch);
      }
      signalling.set(false);
    } while (!signals.isEmpty() && signalling.compareAndSet(false, true));
  }

  private static void runSignal(MemoryWatch watch) {
    try {
      watch.runSignal();
    } catch (RuntimeException thrown) {
      // One reader's mistake must not cost others their signals.
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
    }
  }

  /** Ends watches because the store closes; their signals have run when this returns. */
  static void end(List<MemoryWatch> watches) {
    for (MemoryWatch watch : watches) {
      if (watch.endWith(new HandleClosedException("the store is closed"))) {
        runSignal(watch);
      }
    }
  }

  private final class AddRequest extends MemoryRequest<MemoryWatch> {
    private final MemoryWatch watch;

    AddRequest(MemoryWatch watch) {
      this.watch = watch;
    }

    @Override
    MemoryWatch apply(KeyspaceEdit edit) {
      return watch;
    }

    @Override
    void settle(Keyspace published, MemoryWatch applied) {
      watch.startAt(published.revision());
      index.add(watch, published.revision());
    }
  }

  private final class DropRequest extends MemoryRequest<Boolean> {
    private final MemoryWatch watch;

    DropRequest(MemoryWatch watch) {
      this.watch = watch;
    }

    @Override
    Boolean apply(KeyspaceEdit edit) {
      return true;
    }

    @Override
    void settle(Keyspace published, Boolean applied) {
      index.remove(watch);
    }
  }
}
