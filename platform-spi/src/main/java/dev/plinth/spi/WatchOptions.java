package dev.plinth.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What a watch delivers.
 *
 * <p>Immutable.
 *
 * @param range which keys
 * @param from the first revision delivered; nothing for "after the watch was opened"
 * @param previousValues whether changes carry the version before (G32)
 * @param kinds which kinds of change are delivered (G33)
 * @param progressInterval how often an idle watch gives a progress mark, by the store's clock;
 *     nothing for on request only
 * @since 0.1
 */
public record WatchOptions(
    KeyRange range,
    Optional<Revision> from,
    boolean previousValues,
    Set<Change.Kind> kinds,
    Optional<Duration> progressInterval) {
  /** Copies the set and checks the interval. */
  public WatchOptions {
    requireNonNull(range, "range");
    requireNonNull(from, "from");
    kinds = Set.copyOf(kinds);
    progressInterval.ifPresent(interval -> {
      if (interval.isZero() || interval.isNegative()) {
        throw new IllegalArgumentException("progress interval must be positive: " + interval);
      }
    });
  }

  /**
   * Returns the options to watch a range from now on: every change, no previous values, no periodic
   * progress.
   *
   * @param range which keys
   * @return the options
   */
  public static WatchOptions of(KeyRange range) {
    return new WatchOptions(
        range,
        Optional.empty(),
        false,
        Set.of(Change.Kind.PUT, Change.Kind.DELETE),
        Optional.empty());
  }

  /**
   * Starts at a revision, past or future (G28, G30, G31).
   *
   * @param revision the first one delivered; zero or less means from now on
   * @return the same options from there
   */
  public WatchOptions from(Revision revision) {
    return new WatchOptions(
        range,
        revision.value() <= 0 ? Optional.empty() : Optional.of(revision),
        previousValues,
        kinds,
        progressInterval);
  }

  /**
   * Asks for the version before each change.
   *
   * @return the same options with previous values
   */
  public WatchOptions withPreviousValues() {
    return new WatchOptions(range, from, true, kinds, progressInterval);
  }

  /**
   * Delivers some kinds of change only.
   *
   * @param wanted which
   * @return the same options, filtered
   */
  public WatchOptions only(Change.Kind... wanted) {
    return new WatchOptions(range, from, previousValues, Set.of(wanted), progressInterval);
  }

  /**
   * Asks for progress marks while nothing matches.
   *
   * @param interval at least this often
   * @return the same options with progress
   */
  public WatchOptions withProgressEvery(Duration interval) {
    return new WatchOptions(range, from, previousValues, kinds, Optional.of(interval));
  }
}
