package dev.plinth.storage.hazelcast;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far data is acknowledged, as this process knows: by the answers that its clients got, and by
 * what others told it. It outlives what the member holds, which a merge takes away, so that nobody
 * whose data lacks something of it becomes its owner with this member's help (H12).
 *
 * <p>An owner serves nobody before it is known that a step of its term is acknowledged. So whoever
 * confirms what a client is told knows of that term, and whoever was cut off before it began has
 * nothing of it.
 *
 * <p>Where a minority may serve, two sides of a split both acknowledge and one of them is given up;
 * there nothing is noted.
 *
 * <p>Thread-safe.
 */
final class Acknowledgements {
  private static final UUID NOBODY = new UUID(0, 0);

  /**
   * What is acknowledged is one history, in which later terms come later. If two terms should have
   * the same number all the same, everybody prefers the same one.
   */
  private static final Comparator<HazelcastState.Position> FURTHEST =
      Comparator.comparingLong(HazelcastState.Position::termNumber)
          .thenComparing(position -> position.term().map(HazelcastState.Term::owner).orElse(NOBODY))
          .thenComparingLong(HazelcastState.Position::index);

  private final boolean noted;
  private final Map<UUID, HazelcastState.Position> last = new ConcurrentHashMap<>();

  private Acknowledgements(boolean noted) {
    this.noted = noted;
  }

  /** For members of which a majority must be there to serve: all acknowledge one history. */
  static Acknowledgements ofOneHistory() {
    return new Acknowledgements(true);
  }

  /** For members of which a minority may serve. */
  static Acknowledgements ofMany() {
    return new Acknowledgements(false);
  }

  /** Notes that all up to a position is acknowledged, for good. */
  void note(HazelcastState.Position position) {
    if (noted) {
      HazelcastState.Position unused =
          last.merge(
              position.incarnation(),
              position,
              (one, other) -> FURTHEST.compare(other, one) > 0 ? other : one);
    }
  }

  /** How far data is acknowledged; nothing if this process does not know it. */
  Optional<HazelcastState.Position> last(UUID incarnation) {
    return Optional.ofNullable(last.get(incarnation));
  }

  /** Whether something of the term of a position is acknowledged. */
  boolean haveBegun(HazelcastState.Position position) {
    return !noted
        || last(position.incarnation())
            .filter(known -> known.term().equals(position.term()))
            .isPresent();
  }

  /** Whether a state has all that is acknowledged of its data. */
  boolean areIn(HazelcastState state) {
    HazelcastState.Position position = last.get(state.incarnation());
    return position == null || state.continues(position);
  }
}
