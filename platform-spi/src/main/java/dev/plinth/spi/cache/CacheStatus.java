package dev.plinth.spi.cache;

import static java.util.Objects.requireNonNull;

import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import java.time.Duration;
import java.util.Optional;

/**
 * How a cache stands with its store.
 *
 * <p>Immutable.
 *
 * @param state in one word
 * @param revision what the snapshot shows; zero before the first listing
 * @param age how long ago the store last said anything, by the runtime's clock
 * @param entries how many the snapshot holds
 * @param relists how often the range had to be listed again
 * @param cause what went wrong last, while the state is not {@link State#SYNCED}
 * @since 0.1
 */
public record CacheStatus(
    State state,
    Revision revision,
    Duration age,
    int entries,
    long relists,
    Optional<StoreException> cause) {

  /** How good a snapshot is. */
  public enum State {
    /** Not listed yet: there is no snapshot. */
    SYNCING,
    /** The watch is there, and the store was heard of lately. */
    SYNCED,
    /** There is a snapshot, but the store was not heard of lately, or the watch was lost. */
    STALE,
    /** Over: closed, the store is closed or another one, or it refuses to be read. */
    FAILED
  }

  /** Checks that nothing is null. */
  public CacheStatus {
    requireNonNull(state, "state");
    requireNonNull(revision, "revision");
    requireNonNull(age, "age");
    requireNonNull(cause, "cause");
  }
}
