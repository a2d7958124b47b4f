package dev.plinth.storage.memory;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.storage.mvcc.Keyspace;
import dev.plinth.storage.mvcc.KeyspaceEdit;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The current keyspace, and the right to make the next one.
 *
 * <p>Thread-safe. Readers take {@link #current} and need nothing else.
 */
final class MemoryWriter {
  /*
   * One thread at a time is the writer (`busy`). A thread that finds it taken leaves its request on
   * the stack `waiting` and waits; the writer takes all that wait, applies them to one edit,
   * publishes once, tells the watches, and completes the requests. So threads that contend cost
   * little more than one. Whoever gives `busy` back looks at the stack afterwards, and whoever
   * waits looks at `busy` after it pushed, so no request is left behind.
   *
   * Fields without `volatile` below belong to the writer. Watches are woken after `busy` was given
   * back.
   */
  private static final VarHandle BUSY;
  private static final VarHandle WAITING;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      BUSY = lookup.findVarHandle(MemoryWriter.class, "busy", boolean.class);
      WAITING = lookup.findVarHandle(MemoryWriter.class, "waiting", MemoryRequest.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private static final int YIELDS = 200;

  /** How often in a row one thread works for others before it hands over. */
  private static final int ROUNDS = 8;

  private volatile Keyspace current = Keyspace.empty();

  /** Every watch has been told of everything up to here. */
  private volatile long told = current.revision().value();

  private volatile boolean closed;

  private volatile boolean busy;

  private volatile @Nullable MemoryRequest<?> waiting;

  private final MemoryLeaseClocks clocks;
  private final MemoryWatchIndex index;
  private final MemoryHistoryLimit limit;

  MemoryWriter(MemoryLeaseClocks clocks, MemoryWatchIndex index, MemoryHistoryLimit limit) {
    this.clocks = clocks;
    this.index = index;
    this.limit = limit;
  }

  /** The newest keyspace; everything acknowledged is in it. */
  Keyspace current() {
    if (closed) {
      throw closed();
    }
    return current;
  }

  /** The newest keyspace, also of a store that is closed. */
  Keyspace last() {
    return current;
  }

  long told() {
    return told;
  }

  private static HandleClosedException closed() {
    return new HandleClosedException("the store is closed");
  }

  /** Refuses everything that comes later; called by a request that is being carried out. */
  void close() {
    closed = true;
  }

  /** Carries out a request and returns its result, or throws what it failed with. */
  <T> T run(MemoryRequest<T> request) {
    if (!busy && BUSY.compareAndSet(this, false, true)) {
      work(request);
    } else {
      push(request);
      await(request);
    }
    return request.result();
  }

  private void push(MemoryRequest<?> request) {
    MemoryRequest<?> top;
    do {
      top = waiting;
      request.next = top;
    } while (!WAITING.compareAndSet(this, top, request));
  }

  /** An interrupt waits until the request is done: the writer never blocks for long. */
  @SuppressWarnings("ThreadPriorityCheck") // yielding saves a wake-up; nothing depends on it
  private void await(MemoryRequest<?> request) {
    boolean interrupted = false;
    int yields = 0;
    while (!request.isDone()) {
      if (!busy && BUSY.compareAndSet(this, false, true)) {
        work(null);
      } else if (yields < YIELDS) {
        yields++;
        Thread.yield();
      } else {
        request.waitsOn(Thread.currentThread());
        if (!request.isDone() && busy) {
          LockSupport.park(this);
        }
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Called with {@code busy} taken; gives it back. */
  private void work(@Nullable MemoryRequest<?> own) {
    MemoryRequest<?> first = own;
    int rounds = 0;
    do {
      List<MemoryWatch> ready;
      try {
        ready = serve(withWaiting(first));
      } finally {
        busy = false;
      }
      ready.forEach(MemoryWatch::wakeUp);
      first = null;
      rounds++;
    } while (waiting != null && rounds < ROUNDS && BUSY.compareAndSet(this, false, true));
    MemoryRequest<?> left = waiting;
    if (left != null) {
      left.wakeUp();
    }
  }

  /** Returns all requests that wait, the oldest first, with {@code own} at the end. */
  private @Nullable MemoryRequest<?> withWaiting(@Nullable MemoryRequest<?> own) {
    if (waiting == null) {
      return own;
    }
    MemoryRequest<?> newest = (MemoryRequest<?>) WAITING.getAndSet(this, null);
    MemoryRequest<?> ordered = own;
    while (newest != null) {
      MemoryRequest<?> older = newest.next;
      newest.next = ordered;
      ordered = newest;
      newest = older;
    }
    return ordered;
  }

  private List<MemoryWatch> serve(@Nullable MemoryRequest<?> requests) {
    List<MemoryWatch> ready = List.of();
    try {
      if (closed) {
        refuse(requests);
      } else {
        ready = carryOut(requests);
      }
    } finally {
      MemoryRequest<?> request = requests;
      while (request != null) {
        MemoryRequest<?> following = request.next;
        request.complete();
        request = following;
      }
    }
    return ready;
  }

  private static void refuse(@Nullable MemoryRequest<?> requests) {
    for (MemoryRequest<?> r = requests; r != null; r = r.next) {
      r.fail(closed());
    }
  }

  private List<MemoryWatch> carryOut(@Nullable MemoryRequest<?> requests) {
    List<MemoryLeaseClocks.Clock> due = clocks.takeDue();
    Keyspace next;
    try {
      next = together(due, requests);
    } catch (RuntimeException | Error broken) {
      // One of them broke the edit; nothing of it is published, so each can be tried alone.
      clocks.putBack(due);
      return alone(requests);
    }
    List<MemoryWatch> ready = publish(next);
    clocks.forget(due);
    for (MemoryRequest<?> r = requests; r != null; r = r.next) {
      r.settleIn(next);
    }
    return ready;
  }

  private Keyspace together(
      List<MemoryLeaseClocks.Clock> due, @Nullable MemoryRequest<?> requests) {
    KeyspaceEdit edit = current.edit();
    MemoryLeaseClocks.end(due, edit);
    for (MemoryRequest<?> r = requests; r != null; r = r.next) {
      r.applyTo(edit);
    }
    limit.apply(edit);
    return edit.finish();
  }

  private List<MemoryWatch> alone(@Nullable MemoryRequest<?> requests) {
    List<MemoryWatch> ready = new ArrayList<>();
    for (MemoryRequest<?> r = requests; r != null; r = r.next) {
      Keyspace next;
      try {
        KeyspaceEdit edit = current.edit();
        r.applyTo(edit);
        next = edit.finish();
      } catch (RuntimeException | Error problem) {
        r.fail(problem);
        continue;
      }
      ready.addAll(publish(next));
      r.settleIn(next);
    }
    return ready;
  }

  /** From here on it has happened; whatever goes wrong must not undo or repeat it. */
  private List<MemoryWatch> publish(Keyspace next) {
    Keyspace before = current;
    current = next;
    long revision = next.revision().value();
    if (revision == before.revision().value()) {
      return List.of();
    }
    List<MemoryWatch> ready =
        index.isEmpty() ? List.of() : index.tell(next, before.revision().next());
    told = revision;
    return ready;
  }
}
