package dev.plinth.service.gateway.watch;

import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One watch on a stream, and what its client still has to be told.
 *
 * <p>One thread at a time, the one that sends; but {@link #claim} and {@link #close} from any.
 */
final class StreamedWatch {
  private final long id;
  private final Watch watch;
  private final boolean fragments;
  private final boolean wantsProgress;
  private final AtomicBoolean claimed = new AtomicBoolean();

  private volatile boolean closed;
  private Revision position;
  private boolean over;
  private boolean quiet = true;
  private boolean owesOwnMark;
  private boolean owesSharedMark;

  /**
   * A watch that was opened.
   *
   * @param id by which the client knows it
   * @param watch of the store
   * @param fragments whether large answers may come in parts
   * @param wantsProgress whether the client is told from time to time how far it is
   */
  StreamedWatch(long id, Watch watch, boolean fragments, boolean wantsProgress) {
    this.id = id;
    this.watch = watch;
    this.fragments = fragments;
    this.wantsProgress = wantsProgress;
    this.position = Revision.ZERO;
  }

  long id() {
    return id;
  }

  boolean fragments() {
    return fragments;
  }

  boolean wantsProgress() {
    return wantsProgress;
  }

  Revision startedAt() {
    return watch.startedAt();
  }

  void onReady(Runnable signal) {
    watch.onReady(signal);
  }

  /** Returns whether the caller has to see to it that somebody pulls; later ones need not. */
  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  /** Takes what there is; a signal that comes from now on makes a new claim. */
  Optional<WatchBatch> pull() {
    claimed.set(false);
    Optional<WatchBatch> batch = watch.tryNext();
    batch.ifPresent(this::passed);
    return batch;
  }

  private void passed(WatchBatch batch) {
    position = batch.revision();
    if (!batch.isProgress()) {
      quiet = false;
    }
  }

  /** Everything of this watch up to here has been sent. */
  Revision position() {
    return position;
  }

  /** Says that nothing more comes of it. */
  void finish() {
    over = true;
    close();
  }

  boolean isOver() {
    return over;
  }

  /** Returns whether nothing was sent since the last time this was asked. */
  boolean wasQuiet() {
    boolean was = quiet;
    quiet = true;
    return was;
  }

  /** Asks how far it is, for an answer under its own id. */
  void askForItself() {
    owesOwnMark = true;
    ask();
  }

  /** Asks how far it is, for an answer on behalf of all watches of the stream. */
  void askForAll() {
    owesSharedMark = true;
    ask();
  }

  private void ask() {
    try {
      watch.requestProgress();
    } catch (StoreException ended) {
      // The next pull says why.
    }
  }

  /** Returns whether its own answer was owed, which it no longer is. */
  boolean settleOwnMark() {
    boolean owed = owesOwnMark;
    owesOwnMark = false;
    return owed;
  }

  /** Returns whether a mark for the shared answer was owed, which it no longer is. */
  boolean settleSharedMark() {
    boolean owed = owesSharedMark;
    owesSharedMark = false;
    return owed;
  }

  /** Ends it because the client, or the stream, wants no more of it. */
  void close() {
    closed = true;
    watch.close();
  }

  boolean isClosed() {
    return closed;
  }
}
