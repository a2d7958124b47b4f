package dev.plinth.service.gateway.concurrency;

import com.google.protobuf.ByteString;
import dev.plinth.service.gateway.protocol.GatewayError;
import dev.plinth.spi.Bytes;
import dev.plinth.spi.Change;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Delete;
import dev.plinth.spi.Entry;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import io.grpc.StatusRuntimeException;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Lets candidates in, waits for their turn, and takes those out again whose clients gave up.
 *
 * <p>Thread-safe.
 */
final class Candidates {
  /** How long a lease lives that the server makes because the client has none. */
  private static final Duration OWN_LEASE = Duration.ofSeconds(60);

  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final int MOST_DOUBLINGS = 6;
  private static final int MOST_ATTEMPTS = 30;

  private final Store store;
  private final KeyValues keyValues;
  private final CandidateUses uses;

  @Inject
  Candidates(Store store, CandidateUses uses) {
    this.store = store;
    this.keyValues = store.keyValues();
    this.uses = uses;
  }

  /** Returns the lease of that number; for none a new one, which nobody renews. */
  LeaseId lease(long number) {
    return number == 0 ? store.leases().grant(OWN_LEASE).id() : LeaseId.of(number);
  }

  /**
   * Returns who is first.
   *
   * @param range the keys of all candidates
   * @return the oldest one, if there is any
   */
  Slice first(KeyRange range) {
    return keyValues.read(firstOf(range));
  }

  private static Read firstOf(KeyRange range) {
    return Read.of(range).orderedBy(Read.SortTarget.CREATED, Read.Direction.ASCENDING).limitedTo(1);
  }

  /**
   * Lets a candidate in, and sees to it that it goes if the client gives up.
   *
   * @param name of the lock or election
   * @param leaseNumber what it ends with; 0 for a lease of its own
   * @param value of its key
   * @param call whose candidate it is
   * @return the candidate; the one that is there already if the lease has one
   */
  Candidate enter(ByteString name, long leaseNumber, Bytes value, WaitingCall call) {
    LeaseId lease = lease(leaseNumber);
    KeyRange range = Candidate.range(name);
    Key key = Candidate.key(name, lease);
    uses.begin(key);
    Commit commit;
    try {
      commit =
          keyValues.commit(
              Transaction.when(Condition.absent(key))
                  .then(Put.of(key, value).withLease(lease))
                  .otherwise(Read.of(key)));
    } catch (StoreException failed) {
      boolean _ = uses.end(key, false);
      if (leaseNumber == 0) {
        behind(() -> revoke(lease), 0);
      }
      throw failed;
    }
    if (commit.conditionsHeld()) {
      uses.made(key);
    }
    Revision created =
        commit.conditionsHeld() ? commit.revision() : commit.read(0).entries().getFirst().created();
    Candidate candidate =
        new Candidate(range, key, lease, leaseNumber == 0, created, commit.revision());
    call.whenSettled(delivered -> leave(candidate, delivered));
    if (!commit.conditionsHeld() && !commit.read(0).entries().getFirst().value().equals(value)) {
      Revision _ = proclaim(key, created, value, lease);
    }
    return candidate;
  }

  /**
   * Writes a new value as a candidate.
   *
   * @param key the candidate's
   * @param created which of those that had the key
   * @param value the new content
   * @param lease what the key ends with
   * @return the store's revision
   * @throws StatusRuntimeException if the candidate is gone
   */
  Revision proclaim(Key key, Revision created, Bytes value, LeaseId lease) {
    Commit commit =
        keyValues.commit(
            Transaction.when(isStill(key, created)).then(Put.of(key, value).withLease(lease)));
    if (!commit.conditionsHeld()) {
      throw GatewayError.ELECTION_NOT_LEADER.exception();
    }
    return commit.revision();
  }

  /**
   * Takes a candidate out; nothing happens if it is gone.
   *
   * @param key the candidate's
   * @param created which of those that had the key
   * @return the store's revision
   */
  Revision remove(Key key, Revision created) {
    return keyValues
        .commit(Transaction.when(isStill(key, created)).then(Delete.of(key)))
        .revision();
  }

  private static Condition isStill(Key key, Revision created) {
    return new Condition.Created(KeyRange.single(key), Relation.EQUAL, created);
  }

  /**
   * Waits until no older candidate is there.
   *
   * @param candidate whose turn it will be
   * @param call ends the wait if the client gives up
   * @param lost the error if the candidate goes meanwhile, with its lease or otherwise
   * @return the store's revision when it was first
   */
  Revision awaitTurn(Candidate candidate, WaitingCall call, Supplier<StatusRuntimeException> lost) {
    Optional<Revision> turn = turn(candidate, candidate.entered());
    Revision from = candidate.entered();
    while (turn.isEmpty()) {
      try {
        turn = Optional.of(wait(candidate, from, call, lost));
      } catch (HistoryLostException compacted) {
        from = requirePresent(candidate, lost);
      }
    }
    return turn.get();
  }

  /** The turn that needs no waiting: nobody else is there, or only later ones. */
  private Optional<Revision> turn(Candidate candidate, Revision entered) {
    return older(candidate).entries().isEmpty() ? Optional.of(entered) : Optional.empty();
  }

  private Revision wait(
      Candidate candidate, Revision from, WaitingCall call, Supplier<StatusRuntimeException> lost) {
    // Without a look at its own key a candidate whose lease ended would wait for ever.
    try (Watch own = deletions(candidate.key(), from, call)) {
      while (true) {
        Slice older = older(candidate);
        if (older.entries().isEmpty()) {
          return requirePresent(candidate, lost);
        }
        Entry next = older.entries().getFirst();
        try (Watch others = deletions(next.key(), older.revision(), call)) {
          boolean gone = false;
          while (!gone) {
            call.pause();
            if (hasDeletion(own)) {
              throw lost.get();
            }
            gone = hasDeletion(others);
          }
        }
      }
    }
  }

  /** Reads the youngest of the older candidates: the one to wait for, so that few are woken. */
  private Slice older(Candidate candidate) {
    Read.Filter before =
        new Read.Filter(
            Revision.ZERO,
            Revision.ZERO,
            Revision.ZERO,
            Revision.of(candidate.created().value() - 1));
    return keyValues.read(
        Read.of(candidate.range())
            .filteredBy(before)
            .orderedBy(Read.SortTarget.CREATED, Read.Direction.DESCENDING)
            .limitedTo(1)
            .keysOnly());
  }

  private Watch deletions(Key key, Revision behind, WaitingCall call) {
    Watch watch =
        store
            .watches()
            .open(
                WatchOptions.of(KeyRange.single(key)).only(Change.Kind.DELETE).from(behind.next()));
    watch.onReady(call::wake);
    return watch;
  }

  private static boolean hasDeletion(Watch watch) {
    Optional<WatchBatch> batch = watch.tryNext();
    while (batch.isPresent() && batch.get().isProgress()) {
      batch = watch.tryNext();
    }
    return batch.isPresent();
  }

  private Revision requirePresent(Candidate candidate, Supplier<StatusRuntimeException> lost) {
    Slice slice = keyValues.read(Read.of(candidate.key()).keysOnly());
    if (slice.entries().stream().noneMatch(e -> e.created().equals(candidate.created()))) {
      throw lost.get();
    }
    return slice.revision();
  }

  private void leave(Candidate candidate, boolean delivered) {
    if (!uses.end(candidate.key(), delivered)) {
      return;
    }
    if (candidate.ownLease()) {
      behind(() -> revoke(candidate.lease()), 0);
    } else {
      behind(() -> remove(candidate.key(), candidate.created()), 0);
    }
  }

  private void revoke(LeaseId lease) {
    Revision _ = store.leases().revoke(lease);
  }

  /** Does something on another thread, again while the store cannot be reached. */
  private void behind(Runnable task, int failures) {
    Duration delay =
        failures == 0
            ? Duration.ZERO
            : FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    store.runtime().schedule(delay, () -> attempt(task, failures));
  }

  private void attempt(Runnable task, int failures) {
    try {
      task.run();
    } catch (StoreUnavailableException | OutcomeUnknownException failed) {
      if (failures < MOST_ATTEMPTS) {
        behind(task, failures + 1);
      }
    } catch (StoreException leftToTheLease) {
      // The key goes with its lease, or both are gone already.
    }
  }
}
