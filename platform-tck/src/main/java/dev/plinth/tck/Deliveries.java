package dev.plinth.tck;

import dev.plinth.spi.Change;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Pulls from a watch with a deadline, and checks of every delivery what holds for all: revisions
 * rise, a revision is never split, changes lie within the batch, marks do not fall (G24, G27, G29).
 *
 * <p>One thread at a time. Does not close the watch.
 *
 * @since 0.1
 */
public final class Deliveries {
  private final Watch watch;
  private final Duration patience;
  private Revision position = Revision.ZERO;

  private Deliveries(Watch watch, Duration patience) {
    this.watch = watch;
    this.patience = patience;
  }

  /**
   * Returns the deliveries of a watch.
   *
   * @param watch pulled from by nobody else
   * @param fixture whose patience ends a wait
   * @return the deliveries
   */
  public static Deliveries of(Watch watch, StoreFixture fixture) {
    return new Deliveries(watch, fixture.patience());
  }

  /**
   * Returns the next delivery, progress marks included.
   *
   * @return the batch
   * @throws StoreException the watch's terminal error
   */
  public WatchBatch next() {
    Optional<WatchBatch> batch;
    try {
      batch = watch.poll(patience);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for a delivery", interrupted);
    }
    WatchBatch found =
        batch.orElseThrow(() -> new AssertionError("nothing delivered within " + patience));
    check(found);
    return found;
  }

  /**
   * Returns the next delivery that has changes.
   *
   * @return the batch
   * @throws StoreException the watch's terminal error
   */
  public WatchBatch nextChanges() {
    WatchBatch batch = next();
    while (batch.isProgress()) {
      batch = next();
    }
    return batch;
  }

  /**
   * Returns the next delivery that is a progress mark; deliveries with changes before it are a
   * failure.
   *
   * @return its revision
   * @throws StoreException the watch's terminal error
   */
  public Revision nextProgress() {
    WatchBatch batch = next();
    if (!batch.isProgress()) {
      throw new AssertionError("a progress mark was expected, not " + batch);
    }
    return batch.revision();
  }

  /**
   * Returns what is delivered until there are enough changes.
   *
   * @param count how many at least; a batch is never cut
   * @return the changes in order
   * @throws StoreException the watch's terminal error
   */
  public List<Change> changes(int count) {
    List<Change> changes = new ArrayList<>();
    while (changes.size() < count) {
      changes.addAll(nextChanges().changes());
    }
    return changes;
  }

  /**
   * Returns what is delivered up to a revision that the watch will show a change of.
   *
   * @param last up to and with this one
   * @return the changes in order
   * @throws StoreException the watch's terminal error
   */
  public List<Change> changesUntil(Revision last) {
    List<Change> changes = new ArrayList<>();
    while (position.compareTo(last) < 0) {
      changes.addAll(next().changes());
    }
    return changes;
  }

  /**
   * Returns what the watch still has, up to the present revision of the store, asking for a
   * progress mark to know where that is.
   *
   * @param current the store's revision, read before the call
   * @return the changes in order; empty if there were none
   * @throws StoreException the watch's terminal error
   */
  public List<Change> drain(Revision current) {
    watch.requestProgress();
    return changesUntil(current);
  }

  /**
   * Pulls until the watch ends.
   *
   * @return the terminal error
   */
  public StoreException end() {
    while (true) {
      try {
        WatchBatch unused = next();
      } catch (StoreException terminal) {
        return terminal;
      }
    }
  }

  private void check(WatchBatch batch) {
    if (batch.revision().compareTo(position) < 0
        || (!batch.isProgress() && batch.revision().equals(position))) {
      throw new AssertionError("went back from " + position + " to " + batch);
    }
    Revision last = position;
    for (Change change : batch.changes()) {
      if (change.revision().compareTo(last) < 0
          || change.revision().compareTo(position) <= 0
          || change.revision().isAfter(batch.revision())) {
        throw new AssertionError("out of order after " + last + ": " + batch);
      }
      last = change.revision();
    }
    position = batch.revision();
  }
}
