package dev.plinth.spi.election;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchOptions;
import dev.plinth.spi.session.Session;
import java.time.Duration;
import java.util.Optional;

/**
 * One key in a {@link CandidateQueue}: own by its lease and by the revision that created it, so
 * that a key of another life is never taken for it.
 *
 * <p>Thread-safe, but {@link #awaitFirst()} by one thread at a time. It ends once: withdrawn, or
 * lost because its session gave the lease up or because the key was deleted.
 *
 * @since 0.1
 */
public final class Candidate {
  private static final Duration RETRY = Duration.ofMillis(200);

  private final Store store;
  private final CandidateQueue queue;
  private final Key key;
  private final LeaseId lease;
  private final Session session;
  private final Revision created;
  private final boolean own;
  private final CandidateEnd end;

  private Candidate(
      Store store,
      Session session,
      CandidateQueue queue,
      Key key,
      LeaseId lease,
      Revision created,
      boolean own) {
    this.store = store;
    this.session = session;
    this.queue = queue;
    this.key = key;
    this.lease = lease;
    this.created = created;
    this.own = own;
    this.end = new CandidateEnd(store, session, lease, key, created);
  }

  static Candidate entered(
      Store store,
      Session session,
      CandidateQueue queue,
      Key key,
      LeaseId lease,
      Revision created) {
    Candidate candidate = new Candidate(store, session, queue, key, lease, created, true);
    candidate.end.begin();
    return candidate;
  }

  static Candidate joined(
      Store store,
      Session session,
      CandidateQueue queue,
      Key key,
      LeaseId lease,
      Revision created) {
    Candidate candidate = new Candidate(store, session, queue, key, lease, created, false);
    candidate.end.begin();
    return candidate;
  }

  boolean isOwn() {
    return own;
  }

  /**
   * Returns the candidate's key.
   *
   * @return the name of the queue, {@code /}, and the lease in hexadecimal
   */
  public Key key() {
    return key;
  }

  /**
   * Returns the lease that the candidate lives on.
   *
   * @return its session's when it entered
   */
  public LeaseId lease() {
    return lease;
  }

  /**
   * Returns the candidate's place in the order of all.
   *
   * @return the revision that created its key
   */
  public FencingToken token() {
    return new FencingToken(created);
  }

  /**
   * Returns the condition that the candidate is still in the queue.
   *
   * @return a condition on its key's creation
   */
  public Condition stillHeld() {
    return new Condition.Created(KeyRange.single(key), Relation.EQUAL, created);
  }

  /**
   * Says whether no end was noticed and the session's lease can be relied on.
   *
   * @return whether the candidate believes to be in the queue
   */
  public boolean isHeld() {
    return !end.isOver() && session.isHeld(lease);
  }

  /**
   * Asks the store whether nobody is before this candidate.
   *
   * @return whether it is the first
   * @throws LeaseLostException if the key is gone
   * @throws StoreException if the store failed
   */
  public boolean isFirst() {
    return ahead().isEmpty();
  }

  /**
   * Waits until nobody is before this candidate, without limit. A store that cannot be reached is
   * asked again.
   *
   * @throws LeaseLostException if the candidate was lost (G52)
   * @throws HandleClosedException if it was withdrawn or the store closed
   * @throws StoreException if the store failed; the candidate is withdrawn unless it was joined
   * @throws InterruptedException if interrupted while waiting; the candidate is withdrawn unless it
   *     was joined
   */
  public void awaitFirst() throws InterruptedException {
    awaitFirst(Deadline.never(store.runtime()), new Wakeup());
  }

  /**
   * Waits until nobody is before this candidate, but not for ever.
   *
   * @param timeout how long at most, by the runtime's clock
   * @return whether it is the first; if not, it is withdrawn (G51)
   * @throws StoreException as {@link #awaitFirst()}
   * @throws InterruptedException as {@link #awaitFirst()}
   */
  public boolean awaitFirst(Duration timeout) throws InterruptedException {
    Deadline deadline = Deadline.after(store.runtime(), timeout);
    Wakeup wakeup = new Wakeup();
    StoreRuntime.Scheduled alarm = deadline.wake(wakeup);
    try {
      return awaitFirst(deadline, wakeup);
    } finally {
      alarm.cancel();
    }
  }

  private boolean awaitFirst(Deadline deadline, Wakeup wakeup) throws InterruptedException {
    boolean first = false;
    end.onEnd(wakeup::signal);
    try {
      do {
        end.throwIfOver();
        try {
          Optional<Ahead> ahead = ahead();
          first = ahead.isEmpty();
          if (!first) {
            awaitDeletion(ahead.get(), wakeup, deadline);
          }
        } catch (StoreUnavailableException | OutcomeUnknownException unreachable) {
          pause(wakeup);
        }
      } while (!first && !deadline.isPast());
      return first;
    } finally {
      if (!first) {
        giveUp();
      }
    }
  }

  /** Stops watching over the key and leaves it where it is. */
  void leave() {
    end.leave();
  }

  private void giveUp() {
    if (!own) {
      leave();
      return;
    }
    try {
      withdraw();
    } catch (StoreException goesOnBehind) {
      // The removal repeats itself until it is done or the lease is given up.
    }
  }

  private void pause(Wakeup wakeup) throws InterruptedException {
    StoreRuntime.Scheduled alarm = store.runtime().schedule(RETRY, wakeup::signal);
    try {
      wakeup.await();
    } finally {
      alarm.cancel();
    }
  }

  /** The candidate before this one, and the revision at which it was. */
  private record Ahead(Entry entry, Revision at) {}

  /** Looks at this key and the one before it at one revision. */
  private Optional<Ahead> ahead() {
    Read before =
        Read.of(queue.range())
            .keysOnly()
            .filteredBy(
                new Read.Filter(
                    Revision.ZERO, Revision.ZERO, Revision.ZERO, Revision.of(created.value() - 1)))
            .orderedBy(Read.SortTarget.CREATED, Read.Direction.DESCENDING);
    Commit nearest = look(before.limitedTo(1));
    Slice found = nearest.read(1);
    if (!found.entries().isEmpty() && !queue.isCandidate(found.entries().getFirst().key())) {
      nearest = look(before);
      found = nearest.read(1);
    }
    Revision at = nearest.revision();
    return queue.nearestBefore(created, found.entries()).map(entry -> new Ahead(entry, at));
  }

  private Commit look(Read before) {
    Commit commit = store.keyValues().commit(Transaction.of(Read.of(key).keysOnly(), before));
    boolean present =
        commit.read(0).entries().stream().anyMatch(entry -> entry.created().equals(created));
    if (!present) {
      LeaseLostException lost = new LeaseLostException(lease);
      end.lose(lost);
      throw lost;
    }
    return commit;
  }

  private void awaitDeletion(Ahead ahead, Wakeup wakeup, Deadline deadline)
      throws InterruptedException {
    WatchOptions options =
        WatchOptions.of(KeyRange.single(ahead.entry().key())).from(ahead.at().next());
    try (Watch watch = store.watches().open(options)) {
      watch.onReady(wakeup::signal);
      while (!deadline.isPast() && !isGone(ahead.entry(), watch)) {
        end.throwIfOver();
        wakeup.await();
      }
    } catch (HistoryLostException compacted) {
      // What happened to the one ahead is not told any more: look again.
    }
  }

  private static boolean isGone(Entry ahead, Watch watch) {
    for (var batch = watch.tryNext(); batch.isPresent(); batch = watch.tryNext()) {
      for (Change change : batch.get().changes()) {
        if (change.kind() == Change.Kind.DELETE
            || !change.entry().created().equals(ahead.created())) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Changes the value of the candidate's key; its place stays.
   *
   * @param value the new value
   * @return whether it was written; not if the candidate is no longer in the queue
   * @throws StoreException if the store failed
   */
  public boolean write(Bytes value) {
    requireNonNull(value, "value");
    Commit commit =
        store
            .keyValues()
            .commit(Transaction.when(stillHeld()).then(Put.of(key, value).keepingLease()));
    if (!commit.conditionsHeld()) {
      end.lose(new LeaseLostException(lease));
    }
    return commit.conditionsHeld();
  }

  /**
   * Waits until the candidate has ended, without limit.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  public void awaitEnd() throws InterruptedException {
    end.await();
  }

  boolean awaitEnd(Deadline deadline) throws InterruptedException {
    Wakeup wakeup = new Wakeup();
    end.onEnd(wakeup::signal);
    StoreRuntime.Scheduled alarm = deadline.wake(wakeup);
    try {
      while (!end.isOver() && !deadline.isPast()) {
        wakeup.await();
      }
      return end.isOver();
    } finally {
      alarm.cancel();
    }
  }

  /**
   * Runs something once when the candidate has ended, at once if it has, on a thread of its own.
   *
   * @param signal what to run
   */
  public void onEnd(Runnable signal) {
    end.onEnd(() -> store.runtime().start("plinth-candidate-end", signal));
  }

  /**
   * Leaves the queue: removes the key if it is still this one's, never another's (G49).
   *
   * @return whether this call ended the candidate
   * @throws StoreException if the store failed; the removal goes on behind until it is done or the
   *     lease is given up
   */
  public boolean withdraw() {
    boolean ended = end.leave();
    if (ended) {
      new Removal(store, session, lease, key, stillHeld()).now();
    }
    return ended;
  }
}
