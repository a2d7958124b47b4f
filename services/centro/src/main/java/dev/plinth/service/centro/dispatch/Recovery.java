package dev.plinth.service.centro.dispatch;

import dev.plinth.service.centro.id.NodeId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Decides what is to be taken back, by the clock of the one server that watches.
 *
 * <p>One thread at a time. Begins anew with every take-over and after every time in which the store
 * could not be seen, so that nobody pays for a time in which nobody could have answered.
 */
final class Recovery {

  /**
   * What is due.
   *
   * @param unclaimed jobs whose reservation is over
   * @param lost jobs whose node is lost
   * @param forgiven answers that nodes had a full time to give
   */
  record Due(Set<Possession> unclaimed, Set<Possession> lost, Set<OwedAnswer> forgiven) {}

  private final DispatchTiming timing;
  private Deadlines<Possession> unclaimed = new Deadlines<>();
  private Deadlines<NodeId> absent = new Deadlines<>();
  private Deadlines<OwedAnswer> owed = new Deadlines<>();
  private long begun;

  Recovery(DispatchTiming timing, long now) {
    this.timing = timing;
    this.begun = now;
  }

  /** Gives everybody the full time again. */
  void beginAnew(long now) {
    unclaimed = new Deadlines<>();
    absent = new Deadlines<>();
    owed = new Deadlines<>();
    begun = now;
  }

  /**
   * Looks once.
   *
   * @param active every job that a node has
   * @param alive every node whose lease lives
   * @param answers every answer that is owed
   * @param now nanoseconds of a clock that never steps
   */
  Due look(
      Collection<Possession> active, Set<NodeId> alive, Collection<OwedAnswer> answers, long now) {
    Set<Possession> waiting = new HashSet<>();
    Set<NodeId> missing = new HashSet<>();
    for (Possession one : active) {
      if (!alive.contains(one.node())) {
        missing.add(one.node());
      }
      if (one.isUnclaimed()) {
        waiting.add(one);
      }
    }
    Set<OwedAnswer> expected = new HashSet<>();
    for (OwedAnswer answer : answers) {
      if (alive.contains(answer.node())) {
        expected.add(answer);
      }
    }
    Set<NodeId> gone = absent.due(missing, now, node -> timing.nodeGrace());
    Set<Possession> lost = new HashSet<>();
    if (isPast(timing.nodeTtl(), now)) {
      active.stream().filter(one -> gone.contains(one.node())).forEach(lost::add);
    }
    Set<Possession> late = unclaimed.due(waiting, now, one -> timing.reservation());
    late.removeAll(lost);
    return new Due(late, lost, owed.due(expected, now, one -> timing.nodeTtl()));
  }

  private boolean isPast(Duration limit, long now) {
    return now - begun >= limit.toNanos();
  }
}
