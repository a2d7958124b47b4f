package dev.plinth.spi.election;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Bytes;
import dev.plinth.spi.Commit;
import dev.plinth.spi.Condition;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Put;
import dev.plinth.spi.Read;
import dev.plinth.spi.Relation;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Transaction;
import dev.plinth.spi.session.Session;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The fair queue that elections and locks stand on: one key per candidate below a name, on the
 * lease of its session, in the order of creation (G48). For those who write such recipes.
 *
 * <p>Thread-safe, holds nothing. A key below the name is a candidate if what follows is the
 * hexadecimal number of a lease and nothing more; other keys there are not touched, so a queue may
 * lie below another.
 *
 * @since 0.1
 */
public final class CandidateQueue {
  private static final char DELIMITER = '/';
  private static final int LONGEST_HEX = 16;

  private final Store store;
  private final Key prefix;
  private final KeyRange range;

  private CandidateQueue(Store store, Key name) {
    this.store = requireNonNull(store, "store");
    this.prefix = append(name, String.valueOf(DELIMITER));
    this.range = KeyRange.prefix(prefix);
  }

  /**
   * Returns the queue of a name.
   *
   * @param store where
   * @param name without a {@code /} at its end
   * @return the queue
   */
  public static CandidateQueue over(Store store, Key name) {
    return new CandidateQueue(store, name);
  }

  /**
   * Enters the queue at its end, unless the session stands in it already. Blocks no longer than two
   * request timeouts.
   *
   * @param session what the candidate lives on
   * @param value the content of its key; unlike that of any other attempt, or a lost answer cannot
   *     be told from another's success
   * @return the candidate, or nothing if the session has one here
   * @throws LeaseLostException if the session does not hold its lease
   * @throws StoreException if the store failed; the key is removed if it was written
   */
  public Optional<Candidate> enter(Session session, Bytes value) {
    Candidate candidate = stand(session, value);
    if (!candidate.isOwn()) {
      candidate.leave();
      return Optional.empty();
    }
    return Optional.of(candidate);
  }

  /**
   * Enters the queue at its end; while the session stands in it already, waits until that candidate
   * is gone, without limit.
   *
   * @param session what the candidate lives on
   * @param value as for {@link #enter}
   * @return the candidate
   * @throws LeaseLostException if the session does not hold its lease, or no longer
   * @throws StoreException if the store failed; the key is removed if it was written
   * @throws InterruptedException if interrupted while waiting; no key is left
   */
  public Candidate enterInTurn(Session session, Bytes value) throws InterruptedException {
    Deadline never = Deadline.never(store.runtime());
    while (true) {
      Optional<Candidate> candidate = enterInTurn(session, value, never);
      if (candidate.isPresent()) {
        return candidate.get();
      }
    }
  }

  /**
   * Enters the queue at its end; while the session stands in it already, waits until that candidate
   * is gone, but not for ever.
   *
   * @param session what the candidate lives on
   * @param value as for {@link #enter}
   * @param timeout how long at most, by the runtime's clock
   * @return the candidate, or nothing if the session's other one stayed
   * @throws LeaseLostException if the session does not hold its lease, or no longer
   * @throws StoreException if the store failed; the key is removed if it was written
   * @throws InterruptedException if interrupted while waiting; no key is left
   */
  public Optional<Candidate> enterInTurn(Session session, Bytes value, Duration timeout)
      throws InterruptedException {
    return enterInTurn(session, value, Deadline.after(store.runtime(), timeout));
  }

  private Optional<Candidate> enterInTurn(Session session, Bytes value, Deadline deadline)
      throws InterruptedException {
    Candidate candidate = stand(session, value);
    while (!candidate.isOwn()) {
      try {
        if (!candidate.awaitEnd(deadline)) {
          return Optional.empty();
        }
      } finally {
        candidate.leave();
      }
      candidate = stand(session, value);
    }
    return Optional.of(candidate);
  }

  /**
   * Enters the queue at its end, or joins the candidate of this session that stands in it. Blocks
   * no longer than three request timeouts.
   *
   * @param session what the candidate lives on
   * @param value the content of its key from now on
   * @return the candidate; one that was joined stays in the queue when waiting for it fails
   * @throws LeaseLostException if the session does not hold its lease
   * @throws StoreException if the store failed; the key is removed if this call wrote it
   */
  public Candidate join(Session session, Bytes value) {
    while (true) {
      LeaseId lease = heldLease(session);
      // Tells a key of this call, if its answers are lost, from one that was there before.
      Slice before = store.keyValues().read(Read.of(keyOf(lease)));
      Candidate candidate =
          before.entries().isEmpty()
              ? stand(session, value, before.revision())
              : Candidate.joined(
                  store, session, this, keyOf(lease), lease, before.entries().getFirst().created());
      if (candidate.isOwn() || writeOrLeave(candidate, value)) {
        return candidate;
      }
      // The one that stood has gone in between, so this one can enter itself.
    }
  }

  private static boolean writeOrLeave(Candidate candidate, Bytes value) {
    boolean written = false;
    try {
      written = candidate.write(value);
      return written;
    } finally {
      if (!written) {
        candidate.leave();
      }
    }
  }

  /**
   * Enters the queue if nobody stands in it; never waits for anyone and leaves no key otherwise
   * (G51). Blocks no longer than a few request timeouts.
   *
   * @param session what the candidate lives on
   * @param value as for {@link #enter}
   * @return the candidate, which is the first, or nothing if there is another
   * @throws LeaseLostException if the session does not hold its lease
   * @throws StoreException if the store failed; the key is removed if it was written
   */
  public Optional<Candidate> enterIfEmpty(Session session, Bytes value) {
    LeaseId lease = heldLease(session);
    Key key = keyOf(lease);
    Condition nothing = new Condition.Version(range, Relation.EQUAL, 0);
    Transaction transaction =
        Transaction.when(nothing)
            .then(Put.of(key, value).withLease(lease))
            .otherwise(Read.of(range).keysOnly());
    Creation creation =
        commitCreation(session, lease, transaction, written(key, value, Revision.ZERO));
    Commit commit = creation.commit();
    if (commit.conditionsHeld()) {
      return Optional.of(Candidate.entered(store, session, this, key, lease, commit.revision()));
    }
    List<Entry> present = commit.read(0).entries();
    if (present.stream().noneMatch(entry -> isCandidate(entry.key()))) {
      return enterAmongOthers(session, value);
    }
    return creation.answerLost() ? ownAfterLostAnswer(session, lease, value) : Optional.empty();
  }

  /** The range holds keys of others, so only standing in the queue shows who is first. */
  private Optional<Candidate> enterAmongOthers(Session session, Bytes value) {
    Optional<Candidate> entered = enter(session, value);
    if (entered.isPresent() && !entered.get().isFirst()) {
      entered.get().withdraw();
      return Optional.empty();
    }
    return entered;
  }

  private Optional<Candidate> ownAfterLostAnswer(Session session, LeaseId lease, Bytes value) {
    return store
        .keyValues()
        .get(keyOf(lease))
        .filter(entry -> entry.value().equals(value))
        .map(entry -> Candidate.entered(store, session, this, entry.key(), lease, entry.created()));
  }

  /**
   * Says who is first, linearizable.
   *
   * @return the first candidate, or nothing if there is none
   * @throws StoreException if the store failed
   */
  public Optional<Leader> first() {
    Read oldest =
        Read.of(range).orderedBy(Read.SortTarget.CREATED, Read.Direction.ASCENDING).limitedTo(1);
    Slice slice = store.keyValues().read(oldest);
    if (slice.more() && !isCandidate(slice.entries().getFirst().key())) {
      slice = store.keyValues().read(oldest.limitedTo(0));
    }
    return slice.entries().stream()
        .filter(entry -> isCandidate(entry.key()))
        .findFirst()
        .map(this::leaderOf);
  }

  KeyRange range() {
    return range;
  }

  Key keyOf(LeaseId lease) {
    return append(prefix, lease.hex());
  }

  boolean isCandidate(Key key) {
    int digits = key.size() - prefix.size();
    if (digits < 1 || digits > LONGEST_HEX || !key.startsWith(prefix)) {
      return false;
    }
    for (int i = prefix.size(); i < key.size(); i++) {
      byte c = key.at(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return false;
      }
    }
    return true;
  }

  /** Describes a candidate, as the one that leads. */
  Leader leaderOf(Entry entry) {
    String hex = entry.key().utf8().substring(entry.key().utf8().length() - digitsOf(entry.key()));
    return new Leader(
        entry.key(),
        LeaseId.of(Long.parseUnsignedLong(hex, 16)),
        entry.value(),
        new FencingToken(entry.created()));
  }

  private int digitsOf(Key key) {
    return key.size() - prefix.size();
  }

  /** Returns which of the candidates found stands nearest before a revision. */
  Optional<Entry> nearestBefore(Revision created, List<Entry> found) {
    return found.stream()
        .filter(entry -> isCandidate(entry.key()) && created.isAfter(entry.created()))
        .max(Comparator.comparing(Entry::created));
  }

  private Candidate stand(Session session, Bytes value) {
    return stand(session, value, Revision.ZERO);
  }

  /** Creates the session's key unless it is there; one created later may be of this call. */
  private Candidate stand(Session session, Bytes value, Revision before) {
    LeaseId lease = heldLease(session);
    Key key = keyOf(lease);
    Transaction transaction =
        Transaction.when(Condition.absent(key))
            .then(Put.of(key, value).withLease(lease))
            .otherwise(Read.of(key));
    Creation creation = commitCreation(session, lease, transaction, written(key, value, before));
    Commit commit = creation.commit();
    if (commit.conditionsHeld()) {
      return Candidate.entered(store, session, this, key, lease, commit.revision());
    }
    Entry present = commit.read(0).entries().getFirst();
    // After a lost answer the key that is there may be the one this call wrote: the value tells.
    return creation.answerLost()
            && present.value().equals(value)
            && present.created().isAfter(before)
        ? Candidate.entered(store, session, this, key, lease, present.created())
        : Candidate.joined(store, session, this, key, lease, present.created());
  }

  /**
   * A creation, and whether its first answer was lost, so that its refusal may be its own success.
   */
  private record Creation(Commit commit, boolean answerLost) {}

  /**
   * Commits a creation, once more if the answer was lost: its condition lets only one of the two
   * through. If both are lost, the key is removed behind.
   */
  private Creation commitCreation(
      Session session, LeaseId lease, Transaction transaction, Condition... written) {
    try {
      try {
        return new Creation(store.keyValues().commit(transaction), false);
      } catch (OutcomeUnknownException unknown) {
        return new Creation(store.keyValues().commit(transaction), true);
      }
    } catch (RequestRefusedException refused) {
      if (refused.reason() == RequestRefusedException.Reason.LEASE_NOT_FOUND) {
        throw new LeaseLostException(lease);
      }
      throw refused;
    } catch (StoreException failed) {
      new Removal(store, session, lease, keyOf(lease), written).behind();
      throw failed;
    }
  }

  private static Condition[] written(Key key, Bytes value, Revision before) {
    KeyRange single = KeyRange.single(key);
    return new Condition[] {
      new Condition.Value(single, Relation.EQUAL, value),
      new Condition.Created(single, Relation.GREATER, before)
    };
  }

  private static LeaseId heldLease(Session session) {
    LeaseId lease = session.lease();
    if (!session.isHeld(lease)) {
      throw new LeaseLostException(lease);
    }
    return lease;
  }

  private static Key append(Key key, String text) {
    byte[] suffix = text.getBytes(StandardCharsets.US_ASCII);
    byte[] whole = Arrays.copyOf(key.toArray(), key.size() + suffix.length);
    System.arraycopy(suffix, 0, whole, key.size(), suffix.length);
    return Key.of(whole);
  }
}
