package dev.plinth.spi.election;

import dev.plinth.spi.Change;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.session.Session;
import dev.plinth.spi.session.SessionEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Notices the end of a candidate: by its session, which knows from the clock alone, and by a watch
 * on its key, read on a thread of its own until the end.
 *
 * <p>Thread-safe; no call of the store and no signal runs under the lock.
 */
final class CandidateEnd {
  private static final Duration RETRY = Duration.ofMillis(200);

  private final Store store;
  private final Session session;
  private final LeaseId lease;
  private final Key key;
  private final Revision created;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<Runnable> signals = new ArrayList<>();
  private final Wakeup wakeup = new Wakeup();
  private volatile @Nullable StoreException over;
  private @Nullable Watch watch;
  private Session.@Nullable Subscription subscription;

  CandidateEnd(Store store, Session session, LeaseId lease, Key key, Revision created) {
    this.store = store;
    this.session = session;
    this.lease = lease;
    this.key = key;
    this.created = created;
  }

  void begin() {
    onEnd(wakeup::signal);
    Session.Subscription events = session.onEvent(this::hear);
    lock.lock();
    try {
      subscription = events;
    } finally {
      lock.unlock();
    }
    if (!session.isHeld(lease)) {
      lose(new LeaseLostException(lease));
    }
    if (isOver()) {
      events.close();
    } else {
      store.runtime().start("plinth-candidate", this::watchKey);
    }
  }

  boolean isOver() {
    return over != null;
  }

  void throwIfOver() {
    StoreException why = over;
    if (why != null) {
      throw why;
    }
  }

  void await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (over == null) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Runs a signal at the end, at once if it is there, on whatever thread notices. */
  void onEnd(Runnable signal) {
    boolean now;
    lock.lock();
    try {
      now = over != null;
      if (!now) {
        signals.add(signal);
      }
    } finally {
      lock.unlock();
    }
    if (now) {
      signal.run();
    }
  }

  /** Ends it by the candidate's own will; says whether this call did it. */
  boolean leave() {
    return lose(new HandleClosedException("candidate " + key + " was withdrawn"));
  }

  boolean lose(StoreException why) {
    List<Runnable> toRun;
    Watch toClose;
    Session.Subscription toCancel;
    lock.lock();
    try {
      if (over != null) {
        return false;
      }
      over = why;
      changed.signalAll();
      toRun = List.copyOf(signals);
      signals.clear();
      toClose = watch;
      toCancel = subscription;
    } finally {
      lock.unlock();
    }
    if (toClose != null) {
      toClose.close();
    }
    if (toCancel != null) {
      toCancel.close();
    }
    toRun.forEach(Runnable::run);
    return true;
  }

  private void hear(SessionEvent event) {
    switch (event) {
      case SessionEvent.Suspected suspected -> {}
      case SessionEvent.Confirmed confirmed -> {}
      case SessionEvent.Lost lost -> lose(new LeaseLostException(lease));
      case SessionEvent.Renewed renewed -> lose(new LeaseLostException(lease));
      case SessionEvent.Ended ended -> lose(new LeaseLostException(lease));
    }
  }

  private void watchKey() {
    Revision from = created.next();
    while (!isOver()) {
      try {
        follow(from);
      } catch (HistoryLostException compacted) {
        from = lookAgain(from);
      } catch (StoreUnavailableException | OutcomeUnknownException unreachable) {
        pause();
      } catch (StoreException ended) {
        lose(ended);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        lose(new HandleClosedException("candidate " + key + " is no longer watched", stopped));
      }
    }
  }

  /** Reads the watch until the candidate has ended; leaves by an exception only. */
  private void follow(Revision from) throws InterruptedException {
    try (Watch opened = store.watches().open(WatchOptions.of(KeyRange.single(key)).from(from))) {
      lock.lock();
      try {
        watch = opened;
      } finally {
        lock.unlock();
      }
      while (!isOver()) {
        WatchBatch batch = opened.next();
        if (batch.changes().stream().anyMatch(this::isNoLongerOurs)) {
          lose(new LeaseLostException(lease));
        }
      }
    }
  }

  private boolean isNoLongerOurs(Change change) {
    return change.kind() == Change.Kind.DELETE || !change.entry().created().equals(created);
  }

  private Revision lookAgain(Revision from) {
    try {
      Slice slice = store.keyValues().read(Read.of(key).keysOnly());
      if (slice.entries().stream().map(Entry::created).noneMatch(created::equals)) {
        lose(new LeaseLostException(lease));
      }
      return slice.revision().next();
    } catch (StoreUnavailableException unreachable) {
      pause();
      return from;
    }
  }

  private void pause() {
    StoreRuntime.Scheduled alarm = store.runtime().schedule(RETRY, wakeup::signal);
    try {
      wakeup.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      alarm.cancel();
    }
  }
}
