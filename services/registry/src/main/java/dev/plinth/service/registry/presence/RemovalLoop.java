package dev.plinth.service.registry.presence;

import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.time.Backoff;
import dev.plinth.chassis.time.Pause;
import dev.plinth.spi.Change;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the registrations that go, whoever ends them: what expires is seen nowhere else. It is
 * told of deletions alone, without their values.
 *
 * <p>Thread-safe.
 */
final class RemovalLoop implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(RemovalLoop.class);
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));

  private final Store store;
  private final DeviceRepository repository;
  private final PresenceMetrics metrics;
  private final StoreRuntime runtime;
  private final Pause pause;
  private final AtomicReference<Optional<Thread>> thread = new AtomicReference<>(Optional.empty());

  @Inject
  RemovalLoop(
      Store store,
      DeviceRepository repository,
      PresenceMetrics metrics,
      StoreRuntime runtime,
      Pause pause) {
    this.store = store;
    this.repository = repository;
    this.metrics = metrics;
    this.runtime = runtime;
    this.pause = pause;
  }

  /** Counts from now on if the store can be reached, else from when it can. */
  @Override
  public void start() {
    Optional<Watch> first = openNow();
    thread.set(Optional.of(runtime.start("plinth-registry-removals", () -> run(first))));
  }

  private Optional<Watch> openNow() {
    try {
      return Optional.of(store.watches().open(options(Revision.ZERO)));
    } catch (StoreException failure) {
      LOG.debug("removals cannot be watched yet", failure);
      return Optional.empty();
    }
  }

  @Override
  public void stop() {
    Optional<Thread> running = thread.getAndSet(Optional.empty());
    if (running == null || running.isEmpty()) {
      return;
    }
    running.get().interrupt();
    try {
      running.get().join();
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Optional<Watch> first) {
    Revision next = Revision.ZERO;
    Optional<Watch> opened = first;
    int failures = 0;
    while (!Thread.currentThread().isInterrupted()) {
      Revision from = next;
      try (Watch watch = opened.orElseGet(() -> store.watches().open(options(from)))) {
        opened = Optional.empty();
        if (next.value() <= 0) {
          next = watch.startedAt().next();
        }
        failures = 0;
        while (true) {
          WatchBatch batch = watch.next();
          next = batch.revision().next();
          metrics.removed(batch.changes().size());
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      } catch (HistoryLostException compacted) {
        next = Revision.ZERO;
      } catch (StoreException failure) {
        if (failure instanceof IncarnationLostException) {
          next = Revision.ZERO;
        }
        failures++;
        LOG.debug("removals cannot be watched now", failure);
        rest(failures);
      }
    }
  }

  private WatchOptions options(Revision next) {
    return WatchOptions.of(repository.everything()).only(Change.Kind.DELETE).from(next);
  }

  private void rest(int failures) {
    try {
      pause.of(BACKOFF.after(failures, runtime.random()));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
