package dev.plinth.storage.memory;

import dev.plinth.spi.Change;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.WatchWaiting;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.Mutation;
import dev.plinth.storage.mvcc.Revised;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A position in the history and a few revisions that came after it.
 *
 * <p>Thread-safe, but for one reader at a time.
 */
final class MemoryWatch implements Watch {
  /*
   * The writer offers each revision that matches; the watch keeps it in `queue` while it is live.
   * When the queue is full it stops being live: the reader empties the queue, then reads on from the
   * history by itself, and turns live when it has caught up. A revision below `position` is known
   * already and is ignored when it is offered, so none comes twice; the switch to live happens only
   * if the keyspace just read is still the newest one, so none is missed.
   *
   * All fields are guarded by `lock`, which nobody holds for long: changes are built and history is
   * read without it. `idle` means that the reader found nothing; whoever brings something clears it
   * and wakes the reader, after giving back the right to write.
   */
  static final int QUEUE = 256;

  /** A delivery takes no further revision once it has so many changes, or so many bytes. */
  private static final int BATCH_CHANGES = 1_000;

  private static final long BATCH_BYTES = 1L << 20;

  private final MemoryWriter writer;
  private final MemoryWatches owner;
  private final WatchOptions options;
  private final int capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final WatchWaiting waiting;
  private final ArrayDeque<Revised> queue = new ArrayDeque<>(2);

  private Revision startedAt = Revision.ZERO;
  private boolean live;

  /** The first revision not yet queued or read. */
  private long position;

  private long delivered;
  private boolean idle;
  private boolean progressWanted;
  private long progressTarget;
  private @Nullable Runnable signal;
  private StoreRuntime.@Nullable Scheduled periodic;
  private @Nullable StoreException end;

  MemoryWatch(MemoryWriter writer, MemoryWatches owner, WatchOptions options, int capacity) {
    this.writer = writer;
    this.owner = owner;
    this.options = options;
    this.capacity = capacity;
    this.waiting = new WatchWaiting(lock, () -> idle, this::tryNext);
  }

  /** Takes its place; called by the writer before the watch is in the index. */
  void startAt(Revision current) {
    lock.lock();
    try {
      startedAt = current;
      position = start() == 0 ? current.value() + 1 : start();
      live = position > current.value();
      delivered = start() == 0 ? current.value() : 0;
    } finally {
      lock.unlock();
    }
  }

  KeyRange range() {
    return options.range();
  }

  /** The first revision asked for, or 0 for "from now on". */
  long start() {
    return options.from().map(Revision::value).orElse(0L);
  }

  @Override
  public Revision startedAt() {
    lock.lock();
    try {
      return startedAt;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Called by the writer with each revision that changes a key of the range.
   *
   * @return whether {@link #wakeUp} must follow
   */
  boolean offer(Revised revised, Mutation mutation) {
    long revision = revised.revision().value();
    lock.lock();
    try {
      if (end != null || !live || revision < position || !isWanted(mutation)) {
        return false;
      }
      if (queue.size() == capacity) {
        live = false;
        position = revision;
        return false;
      }
      queue.add(revised);
      position = revision + 1;
      return stir();
    } finally {
      lock.unlock();
    }
  }

  /** Makes the reader look for what it may not have been told. */
  void readHistory() {
    lock.lock();
    try {
      live = false;
      idle = false;
    } finally {
      lock.unlock();
    }
  }

  /** Called by the writer when the revision that the watch starts at is reached. */
  boolean isReached() {
    lock.lock();
    try {
      return end == null && progressWanted && stir();
    } finally {
      lock.unlock();
    }
  }

  private boolean stir() {
    boolean wasIdle = idle;
    idle = false;
    return wasIdle;
  }

  void wakeUp() {
    Runnable toRun;
    lock.lock();
    try {
      waiting.wakeUp();
      toRun = signal;
    } finally {
      lock.unlock();
    }
    if (toRun != null) {
      owner.runSoon(this);
    }
  }

  /** Runs the reader's signal, unless the reader has closed the watch. */
  void runSignal() {
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
    while (true) {
      // Read before the queue is found empty: then nothing up to it is still to come.
      long told = writer.told();
      List<Revised> taken;
      long from;
      lock.lock();
      try {
        if (end != null) {
          throw end;
        }
        Optional<WatchBatch> mark = progress(told);
        if (mark.isPresent()) {
          return mark;
        }
        if (queue.isEmpty() && live) {
          idle = true;
          return Optional.empty();
        }
        taken = takeQueued();
        from = position;
      } finally {
        lock.unlock();
      }
      Optional<WatchBatch> batch = taken.isEmpty() ? readOn(from) : deliver(taken);
      if (batch.isPresent()) {
        return batch;
      }
    }
  }

  private List<Revised> takeQueued() {
    List<Revised> taken = new ArrayList<>();
    long changes = 0;
    long bytes = 0;
    while (!queue.isEmpty() && changes < BATCH_CHANGES && bytes < BATCH_BYTES) {
      Revised revised = queue.remove();
      changes += revised.size();
      bytes += revised.bytes();
      taken.add(revised);
    }
    return taken;
  }

  private Optional<WatchBatch> deliver(List<Revised> taken) {
    List<Change> changes = new ArrayList<>();
    for (Revised revised : taken) {
      addWanted(revised, changes);
    }
    lock.lock();
    try {
      return batch(changes);
    } finally {
      lock.unlock();
    }
  }

  /** Reads from the history what the queue had no room for. */
  private Optional<WatchBatch> readOn(long from) {
    Keyspace keyspace = writer.last();
    if (keyspace.compacted().value() > from) {
      endWith(new HistoryLostException(keyspace.compacted()));
      throw ended();
    }
    List<Change> changes = new ArrayList<>();
    long[] read = {from, 0};
    boolean complete =
        keyspace.forEachRevision(
            Revision.of(from),
            revised -> {
              int before = changes.size();
              addWanted(revised, changes);
              read[0] = revised.revision().value() + 1;
              read[1] += changes.size() > before ? revised.bytes() : 0;
              return changes.size() < BATCH_CHANGES && read[1] < BATCH_BYTES;
            });
    lock.lock();
    try {
      long behind = complete ? keyspace.revision().value() + 1 : read[0];
      position = Math.max(position, behind);
      live = complete && writer.last().revision().equals(keyspace.revision());
      return changes.isEmpty() ? Optional.empty() : batch(changes);
    } finally {
      lock.unlock();
    }
  }

  private Optional<WatchBatch> batch(List<Change> changes) {
    if (end != null) {
      throw end;
    }
    WatchBatch batch = new WatchBatch(changes.getLast().revision(), changes);
    delivered = batch.revision().value();
    return Optional.of(batch);
  }

  private void addWanted(Revised revised, List<Change> changes) {
    for (int i = 0; i < revised.size(); i++) {
      Mutation mutation = revised.mutation(i);
      if (options.range().contains(mutation.key()) && isWanted(mutation)) {
        changes.add(mutation.change(options.previousValues()));
      }
    }
  }

  private boolean isWanted(Mutation mutation) {
    return options.kinds().contains(mutation.isDeletion() ? Change.Kind.DELETE : Change.Kind.PUT);
  }

  /** Returns the mark that was asked for, if everything up to then is delivered. */
  private Optional<WatchBatch> progress(long told) {
    if (!progressWanted) {
      return Optional.empty();
    }
    long complete;
    if (!queue.isEmpty()) {
      complete = queue.element().revision().value() - 1;
    } else if (live) {
      complete = Math.max(told, delivered);
    } else {
      complete = position - 1;
    }
    if (complete < progressTarget || complete < start()) {
      return Optional.empty();
    }
    progressWanted = false;
    long mark = Math.max(delivered, Math.min(complete, Math.max(told, progressTarget)));
    delivered = mark;
    return Optional.of(new WatchBatch(Revision.of(mark), List.of()));
  }

  @Override
  public void requestProgress() {
    boolean wake;
    lock.lock();
    try {
      if (end != null) {
        throw end;
      }
      progressWanted = true;
      progressTarget = Math.max(progressTarget, writer.told());
      wake = stir();
    } finally {
      lock.unlock();
    }
    if (wake) {
      wakeUp();
    }
  }

  @Override
  public void onReady(Runnable newSignal) {
    boolean run;
    lock.lock();
    try {
      signal = newSignal;
      run = end != null || !queue.isEmpty() || !live || progressWanted;
      idle = !run;
    } finally {
      lock.unlock();
    }
    if (run) {
      owner.runSoon(this);
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

  /** Ends the watch unless it has ended before. */
  boolean endWith(StoreException reason) {
    lock.lock();
    try {
      if (end != null) {
        return false;
      }
      end = reason;
      queue.clear();
      idle = false;
      waiting.wakeUp();
      if (periodic != null) {
        periodic.cancel();
      }
    } finally {
      lock.unlock();
    }
    owner.drop(this);
    return true;
  }

  private StoreException ended() {
    lock.lock();
    try {
      return end == null ? new HandleClosedException("the watch is closed") : end;
    } finally {
      lock.unlock();
    }
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
