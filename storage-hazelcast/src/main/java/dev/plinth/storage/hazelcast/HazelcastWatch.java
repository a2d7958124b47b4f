package dev.plinth.storage.hazelcast;

import dev.plinth.spi.Change;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.WatchWaiting;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A position in the history, and a few revisions that came after it.
 *
 * <p>Thread-safe, but for one reader at a time.
 */
final class HazelcastWatch implements Watch {
  /*
   * The hub pulls new revisions for all watches and offers them; a watch takes them while it is
   * live. When its queue is full it stops being live: from then on, once there is room, the hub
   * pulls for it alone, until it has caught up. `position` is the first revision not yet queued;
   * below it nothing is taken, so none comes twice.
   *
   * All fields are guarded by `lock`, which nobody holds for long; the hub's lock is never taken
   * while it is held. `idle` means that the reader found nothing.
   */
  private static final int QUEUE = 256;
  private static final int BATCH_CHANGES = 1_000;
  private static final long BATCH_BYTES = 1L << 20;

  private record Revised(Revision revision, List<Change> changes, long bytes) {}

  private final HazelcastWatches hub;
  private final WatchOptions options;
  private final Revision startedAt;
  private final ReentrantLock lock = new ReentrantLock();
  private final WatchWaiting waiting;
  private final ArrayDeque<Revised> queue = new ArrayDeque<>();
  private long queuedBytes;
  private boolean live;
  private long position;
  private long delivered;
  private boolean idle;
  private boolean progressWanted;

  /** A round of the hub that began after this one knows all that was there when it was asked. */
  private long progressAfter;

  /** What the next mark says; 0 for none. */
  private long mark;

  private @Nullable Runnable signal;
  private StoreRuntime.@Nullable Scheduled periodic;
  private @Nullable StoreException end;

  HazelcastWatch(HazelcastWatches hub, WatchOptions options, Revision current) {
    this.hub = hub;
    this.waiting = new WatchWaiting(lock, () -> idle, this::tryNext);
    this.options = options;
    this.startedAt = current;
    this.position = start() == 0 ? current.value() + 1 : start();
    this.delivered = start() == 0 ? current.value() : 0;
  }

  WatchOptions options() {
    return options;
  }

  private long start() {
    return options.from().map(Revision::value).orElse(0L);
  }

  @Override
  public Revision startedAt() {
    return startedAt;
  }

  /** Takes part in what the hub pulls for all, if nothing before it is missing. */
  void joinAt(long head) {
    lock.lock();
    try {
      live = position > head;
    } finally {
      lock.unlock();
    }
  }

  /** Offers what one revision changed; what does not match is left out here. */
  void offer(Revision revision, List<Change> changes) {
    boolean wake;
    lock.lock();
    try {
      if (end != null || !live || revision.value() < position) {
        return;
      }
      List<Change> wanted = wanted(changes);
      if (wanted.isEmpty()) {
        return;
      }
      if (queue.size() >= QUEUE || queuedBytes >= BATCH_BYTES) {
        live = false;
        position = revision.value();
        return;
      }
      wake = add(revision, wanted);
    } finally {
      lock.unlock();
    }
    wake(wake);
  }

  private List<Change> wanted(List<Change> changes) {
    List<Change> wanted = new ArrayList<>();
    for (Change change : changes) {
      if (options.range().contains(change.key()) && options.kinds().contains(change.kind())) {
        wanted.add(
            options.previousValues()
                ? change
                : new Change(change.kind(), change.entry(), Optional.empty()));
      }
    }
    return wanted;
  }

  private boolean add(Revision revision, List<Change> changes) {
    long bytes = 0;
    for (Change change : changes) {
      bytes += change.key().size() + change.entry().value().size();
    }
    queue.add(new Revised(revision, changes, bytes));
    queuedBytes += bytes;
    position = revision.value() + 1;
    return stir();
  }

  /** Makes the hub pull for this watch alone, because it lost its place. */
  void leave() {
    lock.lock();
    try {
      live = false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns what to pull for this watch alone, if it needs that and has room. */
  Optional<Request.Pull> missing() {
    lock.lock();
    try {
      return end != null || live || queue.size() > QUEUE / 2 || queuedBytes > BATCH_BYTES / 2
          ? Optional.empty()
          : Optional.of(
              new Request.Pull(
                  Revision.of(position),
                  options.range(),
                  options.kinds(),
                  options.previousValues(),
                  BATCH_BYTES / 4));
    } finally {
      lock.unlock();
    }
  }

  /** Takes what was pulled for this watch alone, from its position on. */
  void takeMissing(Answer.Changes pulled, long head) {
    if (pulled.compacted().value() > positionNow()) {
      endWith(new HistoryLostException(pulled.compacted()));
      return;
    }
    boolean wake = false;
    lock.lock();
    try {
      if (end != null) {
        return;
      }
      for (List<Change> revision : HazelcastWatches.byRevision(pulled.changes())) {
        wake |= add(revision.getFirst().revision(), revision);
      }
      position = Math.max(position, pulled.through().value() + 1);
      live = position > head;
      if (mark != 0 && position > mark) {
        // The mark waited for this, which may have brought nothing else.
        wake |= stir();
      }
    } finally {
      lock.unlock();
    }
    wake(wake);
  }

  private long positionNow() {
    lock.lock();
    try {
      return position;
    } finally {
      lock.unlock();
    }
  }

  /** Learns that a round of the hub has ended, and how far everything was offered then. */
  void roundEnded(long round, long head) {
    boolean wake;
    lock.lock();
    try {
      if (!progressWanted || round <= progressAfter || head < start() || end != null) {
        return;
      }
      progressWanted = false;
      mark = head;
      wake = stir();
    } finally {
      lock.unlock();
    }
    wake(wake);
  }

  /** Whether the hub must go round again for this watch at once. */
  boolean wantsRound() {
    lock.lock();
    try {
      return missing().isPresent() || (progressWanted && hub.rounds() <= progressAfter);
    } finally {
      lock.unlock();
    }
  }

  private boolean stir() {
    boolean wasIdle = idle;
    idle = false;
    return wasIdle;
  }

  private void wake(boolean wasIdle) {
    wake(wasIdle, hub.signals()::runSoon);
  }

  private void wake(boolean wasIdle, Consumer<Runnable> signals) {
    if (!wasIdle) {
      return;
    }
    boolean signalled;
    lock.lock();
    try {
      waiting.wakeUp();
      signalled = signal != null;
    } finally {
      lock.unlock();
    }
    if (signalled) {
      signals.accept(this::runSignal);
    }
  }

  /** Runs the reader's signal, unless the reader has closed the watch. */
  private void runSignal() {
    Runnable toRun;
    lock.lock();
    try {
      toRun = signal;
    } finally {
      lock.unlock();
    }
    if (toRun != null) {
      toRun.run();
    }
  }

  @Override
  public WatchBatch next() throws InterruptedException {
    return waiting.next();
  }

  @Override
  public Optional<WatchBatch> poll(Duration timeout) throws InterruptedException {
    return waiting.poll(timeout);
  }

  @Override
  public Optional<WatchBatch> tryNext() {
    Optional<WatchBatch> batch;
    boolean hasRoom;
    lock.lock();
    try {
      if (end != null && (queue.isEmpty() || !(end instanceof HistoryLostException))) {
        throw end;
      }
      batch = progress().or(this::takeQueued);
      idle = batch.isEmpty() && end == null;
      hasRoom = batch.isPresent() && !live && end == null;
    } finally {
      lock.unlock();
    }
    if (hasRoom) {
      hub.lookSoon();
    }
    return batch;
  }

  private Optional<WatchBatch> progress() {
    boolean complete =
        (queue.isEmpty() || queue.element().revision().value() > mark) && (live || position > mark);
    if (mark == 0 || !complete) {
      return Optional.empty();
    }
    delivered = Math.max(delivered, mark);
    mark = 0;
    return Optional.of(new WatchBatch(Revision.of(delivered), List.of()));
  }

  private Optional<WatchBatch> takeQueued() {
    List<Change> changes = new ArrayList<>();
    long bytes = 0;
    while (!queue.isEmpty() && changes.size() < BATCH_CHANGES && bytes < BATCH_BYTES) {
      Revised revised = queue.remove();
      bytes += revised.bytes();
      changes.addAll(revised.changes());
    }
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    queuedBytes -= bytes;
    delivered = changes.getLast().revision().value();
    return Optional.of(new WatchBatch(Revision.of(delivered), changes));
  }

  @Override
  public void requestProgress() {
    lock.lock();
    try {
      if (end != null) {
        throw end;
      }
      progressWanted = true;
      progressAfter = hub.rounds();
    } finally {
      lock.unlock();
    }
    hub.lookSoon();
  }

  @Override
  public void onReady(Runnable newSignal) {
    boolean run;
    lock.lock();
    try {
      signal = newSignal;
      run = end != null || !queue.isEmpty() || mark != 0;
      idle = !run;
    } finally {
      lock.unlock();
    }
    if (run) {
      hub.signals().runSoon(this::runSignal);
    }
  }

  /** Keeps the task that asks for progress, to cancel it at the end. */
  void repeat(StoreRuntime.Scheduled task) {
    boolean over;
    lock.lock();
    try {
      over = end != null;
      periodic = task;
    } finally {
      lock.unlock();
    }
    if (over) {
      task.cancel();
    }
  }

  /** Ends the watch unless it has ended before; after lost history what is queued still comes. */
  void endWith(StoreException reason) {
    endWith(reason, hub.signals()::runSoon);
  }

  /** The same; tells the reader, if that waits for a signal, by the given way. */
  void endWith(StoreException reason, Consumer<Runnable> signals) {
    boolean wasIdle;
    lock.lock();
    try {
      if (end != null && queue.isEmpty()) {
        return;
      }
      end = end == null ? reason : end;
      if (!(reason instanceof HistoryLostException)) {
        queue.clear();
      }
      mark = 0;
      wasIdle = stir();
      waiting.wakeUp();
      if (periodic != null) {
        periodic.cancel();
      }
    } finally {
      lock.unlock();
    }
    hub.drop(this);
    wake(wasIdle, signals);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      signal = null;
    } finally {
      lock.unlock();
    }
    endWith(new HandleClosedException("the watch is closed"));
  }
}
