package dev.plinth.tck.history;

import dev.plinth.spi.Commit;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseInfo;
import dev.plinth.spi.OutcomeUnknownException;
import dev.plinth.spi.Read;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Slice;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.spi.Transaction;
import java.time.Duration;
import java.util.Optional;

/**
 * One call of one client, with its answer.
 *
 * <p>Immutable. Ticks come from one counter of the whole history: a call that returned at a lower
 * tick than another was invoked at was over before it.
 *
 * @param client who called
 * @param invoked tick before the call
 * @param returned tick after it
 * @param timeInvoked the store's clock before the call, in nanoseconds
 * @param timeReturned the store's clock after it, in nanoseconds
 * @param request what was asked
 * @param answer what came back
 * @since 0.1
 */
public record Call(
    int client,
    long invoked,
    long returned,
    long timeInvoked,
    long timeReturned,
    Request request,
    Answer answer) {

  /** What was asked. */
  public sealed interface Request {
    /**
     * A transaction.
     *
     * @param transaction which
     */
    record Committing(Transaction transaction) implements Request {}

    /**
     * A read.
     *
     * @param read which
     */
    record Reading(Read read) implements Request {}

    /**
     * A compaction.
     *
     * @param revision up to where
     */
    record Compacting(Revision revision) implements Request {}

    /**
     * The grant of a lease.
     *
     * @param id its name
     * @param ttl how long it should live
     */
    record Granting(LeaseId id, Duration ttl) implements Request {}

    /**
     * The renewal of a lease.
     *
     * @param id its name
     */
    record Renewing(LeaseId id) implements Request {}

    /**
     * The end of a lease.
     *
     * @param id its name
     */
    record Revoking(LeaseId id) implements Request {}
  }

  /** What came back. */
  public sealed interface Answer {
    /**
     * A transaction was done.
     *
     * @param commit what it did
     */
    record Committed(Commit commit) implements Answer {}

    /**
     * A read was done.
     *
     * @param slice what it found
     */
    record Found(Slice slice) implements Answer {}

    /**
     * A compaction or the end of a lease was done.
     *
     * @param revision the store's revision then
     */
    record At(Revision revision) implements Answer {}

    /**
     * A lease was granted or renewed.
     *
     * @param lease which
     */
    record Leased(LeaseInfo lease) implements Answer {}

    /**
     * It was not done, or perhaps not.
     *
     * @param error why
     */
    record Failed(StoreException error) implements Answer {}
  }

  /**
   * Returns the store's revision that the answer states.
   *
   * @return it, if the answer has one
   */
  public Optional<Revision> revision() {
    return switch (answer) {
      case Answer.Committed committed -> Optional.of(committed.commit().revision());
      case Answer.Found found -> Optional.of(found.slice().revision());
      case Answer.At at -> Optional.of(at.revision());
      case Answer.Leased leased -> Optional.empty();
      case Answer.Failed failed -> Optional.empty();
    };
  }

  /**
   * Says whether it is not known if the call had an effect.
   *
   * @return whether the answer is an unknown outcome
   */
  public boolean isUnknown() {
    return answer instanceof Answer.Failed failed
        && failed.error() instanceof OutcomeUnknownException;
  }

  /**
   * Returns the lease that the call was about.
   *
   * @return its name, if it was about one
   */
  public Optional<LeaseId> lease() {
    return switch (request) {
      case Request.Granting granting ->
          Optional.of(answer instanceof Answer.Leased leased ? leased.lease().id() : granting.id());
      case Request.Renewing renewing -> Optional.of(renewing.id());
      case Request.Revoking revoking -> Optional.of(revoking.id());
      case Request.Committing committing -> Optional.empty();
      case Request.Reading reading -> Optional.empty();
      case Request.Compacting compacting -> Optional.empty();
    };
  }

  /** Whether it compacted, or perhaps did. */
  boolean mayHaveCompacted() {
    return request instanceof Request.Compacting && (answer instanceof Answer.At || isUnknown());
  }

  /**
   * Says whether the call reached the store and was answered, if only with a refusal.
   *
   * @return whether it neither found the store unavailable nor lost its answer
   */
  public boolean isAnswered() {
    return !(answer instanceof Answer.Failed failed)
        || !(failed.error() instanceof StoreUnavailableException
            || failed.error() instanceof OutcomeUnknownException);
  }

  /**
   * Says whether the call was over before another began.
   *
   * @param other the other
   * @return whether it was
   */
  public boolean precedes(Call other) {
    return returned < other.invoked;
  }
}
