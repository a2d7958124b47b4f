package dev.plinth.spi.session;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.Leases;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The session over any store's leases. */
final class KeptSession implements Session {
  /*
   * Two chains of scheduled tasks, each at most one task at a time.
   *
   * The keeper calls the store, on a thread that may block: it renews while the lease is held,
   * grants a new one when it is lost and the policy says so, and schedules itself again. Only the
   * keeper sends renewals and grants, so their answers cannot overtake each other.
   *
   * The watchdog never calls the store: it notices, by the clock alone, that a renewal is overdue
   * and that the lease must be given up, also while the keeper hangs in a call.
   *
   * Both, and the callers' threads, change `hold`, `suspect` and `end` under `lock` only, and emit
   * the event of a change under the same lock, so that listeners see changes in their order. The
   * lock is never held during a call of the store or of a listener. `hold` and `end` are volatile
   * so that isHeld needs no lock.
   */

  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final int RETRIES_OF_TTL = 6;

  private final Leases leases;
  private final StoreRuntime runtime;
  private final Duration asked;
  private final SessionPolicy policy;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<EventDelivery> listeners = new ArrayList<>();
  private volatile Hold hold;
  private volatile @Nullable SessionEnd end;
  private boolean suspect;
  private int failures;
  private StoreRuntime.Scheduled keeper = () -> {};
  private StoreRuntime.Scheduled watchdog = () -> {};

  private KeptSession(Store store, Duration asked, SessionPolicy policy) {
    this.leases = store.leases();
    this.runtime = store.runtime();
    this.asked = requireNonNull(asked, "ttl");
    this.policy = requireNonNull(policy, "policy");
    this.hold = grant();
  }

  static Session open(Store store, Duration ttl, SessionPolicy policy) {
    KeptSession session = new KeptSession(store, ttl, policy);
    session.lock.lock();
    try {
      session.scheduleRenewal();
      session.scheduleWatchdog();
    } finally {
      session.lock.unlock();
    }
    return session;
  }

  @Override
  public LeaseId lease() {
    return hold.lease();
  }

  @Override
  public Duration ttl() {
    return hold.ttl();
  }

  @Override
  public SessionState state() {
    lock.lock();
    try {
      if (end != null) {
        return SessionState.ENDED;
      }
      return suspect || !believes(hold) ? SessionState.SUSPECT : SessionState.HELD;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean isHeld() {
    return believes(hold);
  }

  @Override
  public boolean isHeld(LeaseId lease) {
    Hold present = hold;
    return present.lease().equals(lease) && believes(present);
  }

  private boolean believes(Hold present) {
    return end == null && !present.lost() && runtime.nanoTime() - present.safeUntil() < 0;
  }

  @Override
  public LeaseId awaitHeld() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        Hold present = hold;
        if (believes(present)) {
          return present.lease();
        }
        SessionEnd over = end;
        if (over != null) {
          if (over.reason() == SessionEnd.Reason.LOST) {
            throw new LeaseLostException(over.lease());
          }
          throw new HandleClosedException("await session " + over.lease() + ": it was closed");
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public SessionEnd awaitEnd() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      SessionEnd over = end;
      while (over == null) {
        changed.await();
        over = end;
      }
      return over;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<SessionEnd> end() {
    return Optional.ofNullable(end);
  }

  @Override
  public Subscription onEvent(Consumer<SessionEvent> listener) {
    EventDelivery delivery = new EventDelivery(runtime, requireNonNull(listener, "listener"));
    lock.lock();
    try {
      listeners.removeIf(EventDelivery::isClosed);
      SessionEnd over = end;
      if (over == null) {
        listeners.add(delivery);
      } else {
        delivery.offer(new SessionEvent.Ended(over));
      }
    } finally {
      lock.unlock();
    }
    return delivery;
  }

  @Override
  public void orphan() {
    finish(SessionEnd.Reason.ORPHANED, Optional.empty());
  }

  @Override
  public void close() {
    if (finish(SessionEnd.Reason.CLOSED, Optional.empty())) {
      revoke(hold.lease());
    }
  }

  private void revoke(LeaseId lease) {
    try {
      leases.revoke(lease);
    } catch (StoreException leftToExpire) {
      // Nobody renews it any more, so the store ends it by itself.
    }
  }

  /** Ends the session unless it has ended; says whether this call did it. */
  private boolean finish(SessionEnd.Reason reason, Optional<StoreException> cause) {
    lock.lock();
    try {
      if (end != null) {
        return false;
      }
      SessionEnd over = new SessionEnd(reason, hold.lease(), cause);
      end = over;
      keeper.cancel();
      watchdog.cancel();
      changed.signalAll();
      emit(new SessionEvent.Ended(over));
      listeners.clear();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void emit(SessionEvent event) {
    listeners.forEach(listener -> listener.offer(event));
  }

  // The keeper.

  private void keep() {
    Hold present = hold;
    if (end != null) {
      return;
    }
    if (!believes(present)) {
      giveUp(present, Optional.empty());
      regrant(present);
    } else {
      renew(present);
    }
  }

  private void renew(Hold present) {
    long sent = runtime.nanoTime();
    try {
      LeaseInfo info = leases.renew(present.lease());
      confirmed(present, info.granted(), sent);
    } catch (LeaseLostException | IncarnationLostException lost) {
      giveUp(present, Optional.of(lost));
      regrant(present);
    } catch (HandleClosedException closed) {
      finish(SessionEnd.Reason.STORE_CLOSED, Optional.of(closed));
    } catch (StoreException failed) {
      retry(true);
    }
  }

  private void confirmed(Hold renewed, Duration granted, long sent) {
    lock.lock();
    try {
      Hold present = hold;
      if (end != null) {
        return;
      }
      failures = 0;
      // An answer that came after the lease was given up does not bring it back.
      if (!believes(present)) {
        keeper = runtime.schedule(Duration.ZERO, this::keep);
        return;
      }
      hold = renewed.confirmed(granted, sent);
      if (suspect) {
        suspect = false;
        emit(new SessionEvent.Confirmed(renewed.lease()));
        changed.signalAll();
      }
      scheduleRenewal();
    } finally {
      lock.unlock();
    }
  }

  /** Gets the next lease if the session still lives, which it does under one policy only. */
  private void regrant(Hold lost) {
    if (end != null) {
      return;
    }
    Hold granted;
    try {
      granted = grant();
    } catch (HandleClosedException closed) {
      finish(SessionEnd.Reason.STORE_CLOSED, Optional.of(closed));
      return;
    } catch (StoreException failed) {
      retry(false);
      return;
    }
    boolean unwanted;
    lock.lock();
    try {
      unwanted = end != null;
      if (!unwanted) {
        hold = granted;
        suspect = false;
        failures = 0;
        emit(new SessionEvent.Renewed(lost.lease(), granted.lease()));
        changed.signalAll();
        scheduleRenewal();
        scheduleWatchdog();
      }
    } finally {
      lock.unlock();
    }
    if (unwanted) {
      revoke(granted.lease());
    }
  }

  private Hold grant() {
    LeaseId id = LeaseId.of(runtime.random().nextLong(1, Long.MAX_VALUE));
    long sent = runtime.nanoTime();
    try {
      return new Hold(id, leases.grant(id, asked).granted(), sent, false);
    } catch (OutcomeUnknownException unknown) {
      return readBack(id, unknown);
    }
  }

  /** Finds out whether the lease was granted after all: only then can it be renewed. */
  private Hold readBack(LeaseId id, OutcomeUnknownException unknown) {
    long sent = runtime.nanoTime();
    try {
      return new Hold(id, leases.renew(id).granted(), sent, false);
    } catch (StoreException failed) {
      unknown.addSuppressed(failed);
      throw unknown;
    }
  }

  private void retry(boolean doubt) {
    lock.lock();
    try {
      if (end != null) {
        return;
      }
      if (doubt) {
        suspect();
      }
      Duration longest = hold.counted().dividedBy(RETRIES_OF_TTL);
      Duration delay = FIRST_RETRY.multipliedBy(1L << Math.min(failures, 20));
      failures++;
      keeper = runtime.schedule(jittered(min(delay, longest), 0.5, 1.0), this::keep);
    } finally {
      lock.unlock();
    }
  }

  private void scheduleRenewal() {
    Hold present = hold;
    Duration interval = jittered(present.renewalInterval(), 0.9, 1.1);
    keeper = runtime.schedule(until(present.sent() + interval.toNanos()), this::keep);
  }

  // The watchdog.

  private void watch() {
    Hold present = hold;
    long now = runtime.nanoTime();
    if (now - present.safeUntil() >= 0) {
      giveUp(present, Optional.empty());
      return;
    }
    lock.lock();
    try {
      if (now - hold.overdueFrom() >= 0) {
        suspect();
      }
      scheduleWatchdog();
    } finally {
      lock.unlock();
    }
  }

  private void scheduleWatchdog() {
    Hold present = hold;
    if (end == null && !present.lost()) {
      watchdog =
          runtime.schedule(
              until(suspect ? present.safeUntil() : present.overdueFrom()), this::watch);
    }
  }

  private void suspect() {
    Hold present = hold;
    if (end == null && !suspect && !present.lost()) {
      suspect = true;
      emit(new SessionEvent.Suspected(present.lease()));
      changed.signalAll();
    }
  }

  /** Stops believing in a lease: it is gone, or could be before it is confirmed again. */
  private void giveUp(Hold given, Optional<StoreException> cause) {
    lock.lock();
    try {
      Hold present = hold;
      if (end != null || present.lost() || !present.lease().equals(given.lease())) {
        return;
      }
      if (cause.isEmpty() && believes(present)) {
        // A renewal was confirmed in between.
        scheduleWatchdog();
        return;
      }
      hold = present.givenUp();
      suspect = true;
      watchdog.cancel();
      if (policy == SessionPolicy.RENEW) {
        emit(new SessionEvent.Lost(present.lease()));
        changed.signalAll();
      } else {
        finish(SessionEnd.Reason.LOST, cause);
      }
    } finally {
      lock.unlock();
    }
  }

  private Duration until(long time) {
    return Duration.ofNanos(Math.max(0, time - runtime.nanoTime()));
  }

  private Duration jittered(Duration duration, double from, double to) {
    double factor = from + (to - from) * runtime.random().nextDouble();
    return Duration.ofNanos((long) (duration.toNanos() * factor));
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  @Override
  public String toString() {
    return "session " + lease() + " " + state();
  }
}
