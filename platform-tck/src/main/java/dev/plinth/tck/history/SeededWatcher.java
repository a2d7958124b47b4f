package dev.plinth.tck.history;

import dev.plinth.spi.Change;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeySpace;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Opens watches of all sorts one after the other, each where the last one ended, and writes down
 * what they deliver. One thread at a time.
 */
final class SeededWatcher {
  private static final Duration PAUSE = Duration.ofMillis(2);

  private final Store store;
  private final History history;
  private final Surroundings surroundings;
  private final KeySpace space;
  private final Random random;
  private final boolean observes;
  private Watch watch;
  private WatchLog log;
  private volatile Revision position = Revision.of(1);

  SeededWatcher(
      Store store, History history, Surroundings surroundings, KeySpace space, Random random) {
    this(store, history, surroundings, space, random, false);
  }

  private SeededWatcher(
      Store store,
      History history,
      Surroundings surroundings,
      KeySpace space,
      Random random,
      boolean observes) {
    this.store = store;
    this.history = history;
    this.surroundings = surroundings;
    this.space = space;
    this.random = random;
    this.observes = observes;
    WatchOptions options =
        observes
            ? WatchOptions.of(KeyRange.all()).from(Revision.of(2)).withPreviousValues()
            : options();
    this.watch = store.watches().open(options);
    this.log = new WatchLog(options, watch.startedAt());
    if (observes) {
      history.observedBy(log);
    } else {
      history.add(log);
    }
  }

  /** A watcher that sees every change of every key, and never ends its watch. */
  static SeededWatcher observer(Store store, History history, Surroundings surroundings) {
    return new SeededWatcher(
        store, history, surroundings, KeySpace.of("/workload"), new Random(0), true);
  }

  /** Up to where everything was delivered. */
  Revision position() {
    return position;
  }

  /** Takes one delivery if there is one, or begins a new watch. */
  void step() {
    if (!observes && random.nextInt(40) == 0) {
      reopen();
      return;
    }
    if (random.nextInt(30) == 0) {
      askForProgress();
    }
    take(false);
  }

  /** The same, but waits a moment for a delivery. */
  void stepAndWait() {
    if (!observes && random.nextInt(40) == 0) {
      reopen();
    } else {
      if (random.nextInt(30) == 0) {
        askForProgress();
      }
      take(true);
    }
  }

  /** Pulls until everything up to a revision is delivered, or the watch ends. */
  void finish(Revision last) {
    askForProgress();
    long until = System.nanoTime() + surroundings.patience().toNanos();
    while (log.end().isEmpty()
        && log.position().compareTo(last) < 0
        && !log.first().isAfter(last)) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError(
            "not within "
                + surroundings.patience()
                + ": a watch of "
                + log.options()
                + " delivers up to "
                + last);
      }
      take(true);
    }
    if (log.end().isEmpty()) {
      log.drainedTo(last);
    }
    watch.close();
  }

  private void askForProgress() {
    try {
      watch.requestProgress();
    } catch (StoreException ended) {
      end(ended);
    }
  }

  private void end(StoreException ended) {
    if (!observes && store instanceof MortalStore && ended instanceof HandleClosedException) {
      reopen();
    } else {
      log.ended(ended);
    }
  }

  private boolean take(boolean waits) {
    if (log.end().isPresent()) {
      if (observes) {
        /* Nothing comes any more, and others need the processors. */
        LockSupport.parkNanos(PAUSE.toNanos());
      } else {
        reopen();
      }
      return false;
    }
    try {
      Optional<WatchBatch> batch = waits ? watch.poll(PAUSE) : watch.tryNext();
      if (batch.isEmpty()) {
        return false;
      }
      log.delivered(new WatchLog.Delivery(history.tick(), history.time(), batch.get()));
      position = batch.get().revision();
      return true;
    } catch (StoreException ended) {
      end(ended);
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Begins a new watch, or stays with the present one if the store does not open another. */
  private void reopen() {
    WatchOptions options = options();
    Watch next;
    try {
      next = store.watches().open(options);
    } catch (StoreUnavailableException | OutcomeUnknownException later) {
      LockSupport.parkNanos(PAUSE.toNanos());
      return;
    }
    watch.close();
    watch = next;
    log = new WatchLog(options, next.startedAt());
    history.add(log);
  }

  private WatchOptions options() {
    KeyRange range =
        switch (random.nextInt(4)) {
          case 0 -> KeyRange.all();
          case 1 -> KeyRange.single(space.key("" + random.nextInt(SeededClient.KEYS)));
          default -> space.below();
        };
    WatchOptions options = WatchOptions.of(range);
    options = random.nextBoolean() ? options.withPreviousValues() : options;
    options =
        switch (random.nextInt(6)) {
          case 0 -> options.only(Change.Kind.PUT);
          case 1 -> options.only(Change.Kind.DELETE);
          default -> options;
        };
    return switch (random.nextInt(5)) {
      case 0 -> options;
      case 1 -> options.from(Revision.of(position.value() + 1 + random.nextInt(20)));
      case 2 -> options.from(Revision.of(Math.max(2, position.value() - random.nextInt(40))));
      default -> options.from(position.next());
    };
  }
}
