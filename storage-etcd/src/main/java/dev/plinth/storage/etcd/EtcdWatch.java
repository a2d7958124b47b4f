package dev.plinth.storage.etcd;

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
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchCreateRequest.FilterType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A position in the history and a few revisions that came after it.
 *
 * <p>Thread-safe, but for one reader at a time.
 */
final class EtcdWatch implements Watch {
  /*
   * The stream offers each revision to the watch through the subscription that the watch has on it
   * at the time; what comes through an older one is ignored. When the queue is full the watch gives
   * up its subscription ("parked"); when the reader has taken most of the queue the watch asks for a
   * new one. A stream that breaks gives its watches new subscriptions as well. Each starts at
   * `position`, and a revision that came before is ignored, so none comes twice and none is missed.
   *
   * A mark of an old server may be wrong. It raises `position`, which the reader is told, but not
   * `certain`; so a change that comes in spite of it is noticed, and the watch ends rather than lose
   * it silently.
   *
   * All fields are guarded by `lock`, under which nothing foreign is called: the lock of a stream
   * may be held when it is taken, never the other way round. `idle` means that the reader found
   * nothing; whoever brings something clears it and wakes the reader.
   */
  private static final int QUEUE_REVISIONS = 1_024;

  private static final long QUEUE_BYTES = 2L << 20;

  /** With so few left the reader will soon want more. */
  private static final int LOW_REVISIONS = QUEUE_REVISIONS / 4;

  /** The number of the field that asks for large responses in several messages. */
  private static final int FRAGMENT = 8;

  private final EtcdWatches owner;
  private final WatchOptions options;

  /** What the client had seen when it opened the watch; the server that it gets may lag behind. */
  private final long seen;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opening = lock.newCondition();
  private final WatchWaiting waiting;
  private final ArrayDeque<EtcdRevised> queue = new ArrayDeque<>(2);

  private long queuedBytes;

  /** The first revision that may still come; 0 until a watch "from now on" exists. */
  private long position;

  /** Everything before it has come through this subscription, or is not expected of it. */
  private long certain;

  private boolean opened;
  private Revision startedAt = Revision.ZERO;
  private @Nullable EtcdSubscription subscription;
  private boolean parked;
  private int refusals;
  private boolean idle;
  private boolean progressWanted;
  private long progressTarget;
  private @Nullable Runnable signal;
  private boolean signalling;
  private boolean signalDue;
  private StoreRuntime.@Nullable Scheduled periodic;
  private @Nullable StoreException end;

  EtcdWatch(EtcdWatches owner, WatchOptions options, long seen) {
    this.owner = owner;
    this.options = options;
    this.seen = seen;
    this.position = start();
    this.waiting = new WatchWaiting(lock, () -> idle, this::tryNext);
  }

  /** The first revision asked for, or 0 for "from now on". */
  private long start() {
    return options.from().map(Revision::value).orElse(0L);
  }

  /** The first revision that has not come yet, or 0 if the server is to say. */
  long position() {
    lock.lock();
    try {
      return position;
    } finally {
      lock.unlock();
    }
  }

  boolean isOpened() {
    lock.lock();
    try {
      return opened;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the watch exists on the server. */
  boolean awaitOpened(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (!opened && end == null) {
        if (left <= 0) {
          return false;
        }
        left = opening.awaitNanos(left);
      }
      if (end != null && !opened) {
        throw end;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Prepares for a new place on the server. */
  EtcdSubscription subscribe() {
    WatchCreateRequest.Builder request = WatchCreateRequest.newBuilder();
    EtcdCodec.range(options.range(), request::setKey, request::setRangeEnd);
    request.setPrevKv(options.previousValues());
    if (!options.kinds().contains(Change.Kind.PUT)) {
      request.addFilters(FilterType.NOPUT);
    }
    if (!options.kinds().contains(Change.Kind.DELETE)) {
      request.addFilters(FilterType.NODELETE);
    }
    request.setUnknownFields(EtcdCodec.flag(FRAGMENT));
    lock.lock();
    try {
      subscription = new EtcdSubscription(this, request.setStartRevision(position).build());
      certain = position;
      return subscription;
    } finally {
      lock.unlock();
    }
  }

  /** Called when the server has created the watch, at a revision that may lag behind. */
  void created(EtcdSubscription by, long revision) {
    lock.lock();
    try {
      if (subscription != by || end != null) {
        return;
      }
      refusals = 0;
      if (opened) {
        return;
      }
      opened = true;
      long current = Math.max(revision, seen);
      startedAt = Revision.of(current);
      position = start() == 0 ? current + 1 : position;
      certain = position;
      opening.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes that the server refused the watch.
   *
   * @return how often in a row it has
   */
  int refused() {
    lock.lock();
    try {
      return ++refusals;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the next revision.
   *
   * @return false if the subscription is given up: there is no room, or the watch ends
   */
  boolean offer(EtcdSubscription by, EtcdRevised revised) {
    lock.lock();
    try {
      if (end != null || subscription != by || revised.revision() < certain) {
        return true;
      }
      if (revised.revision() < position) {
        // The reader has been told that nothing comes here any more, so it must read anew (G36).
        subscription = null;
        HistoryLostException lost =
            new HistoryLostException(
                "the server sent a change at %d after the mark of %d"
                    .formatted(revised.revision(), position - 1),
                Revision.of(revised.revision()));
        Thread unused = owner.start("plinth-etcd-watch-end", () -> endWith(lost));
        return false;
      }
      boolean full = queue.size() >= QUEUE_REVISIONS || queuedBytes + revised.bytes() > QUEUE_BYTES;
      if (full && !queue.isEmpty()) {
        position = revised.revision();
        subscription = null;
        parked = true;
        return false;
      }
      queue.add(revised);
      queuedBytes += revised.bytes();
      position = revised.revision() + 1;
      certain = position;
      stir();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes that everything up to a revision has come.
   *
   * @param exact whether the server says so only when it is true
   */
  void passed(EtcdSubscription by, long revision, boolean exact) {
    lock.lock();
    try {
      if (end != null || subscription != by || revision < start()) {
        return;
      }
      position = Math.max(position, revision + 1);
      if (exact) {
        certain = position;
      }
      if (progressWanted && position > progressTarget) {
        progressWanted = false;
        EtcdRevised last = queue.peekLast();
        if (last != null && last.isMark()) {
          queue.removeLast();
        }
        queue.add(EtcdRevised.mark(position - 1));
        stir();
      }
    } finally {
      lock.unlock();
    }
  }

  boolean wantsProgress() {
    lock.lock();
    try {
      return progressWanted && end == null;
    } finally {
      lock.unlock();
    }
  }

  private void stir() {
    if (!idle) {
      return;
    }
    idle = false;
    waiting.wakeUp();
    callSignal();
  }

  /** Lets a thread of its own run the signal, one after the other. */
  private void callSignal() {
    if (signal == null) {
      return;
    }
    signalDue = true;
    if (!signalling) {
      signalling = true;
      Thread unused = owner.start("plinth-etcd-signal", this::runSignals);
    }
  }

  private void runSignals() {
    while (true) {
      Runnable toRun;
      lock.lock();
      try {
        if (!signalDue || signal == null) {
          signalling = false;
          return;
        }
        signalDue = false;
        toRun = signal;
      } finally {
        lock.unlock();
      }
      try {
        toRun.run();
      } catch (RuntimeException thrown) {
        // The next change must still be signalled.
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
      }
    }
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
    EtcdRevised taken;
    boolean resume;
    lock.lock();
    try {
      taken = queue.poll();
      if (taken == null && end != null) {
        throw end;
      }
      resume = parked && end == null && queue.size() <= LOW_REVISIONS;
      if (resume) {
        parked = false;
      }
      if (taken == null) {
        idle = true;
      } else {
        queuedBytes -= taken.bytes();
      }
    } finally {
      lock.unlock();
    }
    if (resume) {
      owner.resume(this);
    }
    return Optional.ofNullable(taken).map(EtcdRevised::batch);
  }

  @Override
  public void requestProgress() {
    long target = owner.seen();
    lock.lock();
    try {
      if (end != null) {
        throw end;
      }
      progressWanted = true;
      progressTarget = Math.max(progressTarget, target);
    } finally {
      lock.unlock();
    }
    owner.askProgress(this);
  }

  @Override
  public void onReady(Runnable newSignal) {
    lock.lock();
    try {
      signal = newSignal;
      boolean something = end != null || !queue.isEmpty();
      idle = !something;
      if (something) {
        callSignal();
      }
    } finally {
      lock.unlock();
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

  /**
   * Ends the watch unless it has ended before.
   *
   * @param reason which the reader gets from now on; if history was lost, after what has come
   */
  void endWith(StoreException reason) {
    lock.lock();
    try {
      if (end != null) {
        return;
      }
      end = reason;
      subscription = null;
      if (!(reason instanceof HistoryLostException)) {
        queue.clear();
        queuedBytes = 0;
      }
      idle = false;
      opening.signalAll();
      waiting.wakeUp();
      callSignal();
      if (periodic != null) {
        periodic.cancel();
      }
    } finally {
      lock.unlock();
    }
    owner.drop(this);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      signal = null;
      if (end instanceof HistoryLostException) {
        queue.clear();
      }
    } finally {
      lock.unlock();
    }
    endWith(new HandleClosedException("the watch is closed"));
  }
}
