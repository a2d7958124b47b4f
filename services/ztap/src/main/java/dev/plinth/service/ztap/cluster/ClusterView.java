package dev.plinth.service.ztap.cluster;

import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one node knows about the cluster: fed by its observer, asked by everyone.
 *
 * <p>Thread-safe; no call under the lock leaves the class.
 */
final class ClusterView {
  /* Liveness is judged by the monotonic clock of this process, from the moment a heartbeat was seen
   * here; the times that nodes write are shown, never compared. When this node's own heartbeats do
   * not come back through the store, it is this node that is cut off: the others' silence is then
   * counted only up to that point, so that a cut-off node does not call everybody else dead.
   */

  private static final Duration GONE_SHOWN_FOR = Duration.ofHours(1);
  private static final int EVENTS_KEPT = 1000;

  private record Departure(NodeRecord record, long nanos, boolean clean) {}

  private final String self;
  private final Duration electionTimeout;
  private final StoreRuntime runtime;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All below is guarded by the lock.
  private final Map<String, Sighting> alive = new HashMap<>();
  private final Map<String, Departure> departed = new HashMap<>();
  private final Map<String, DeclaredMember> declared = new HashMap<>();
  private final Map<String, String> unreadable = new HashMap<>();
  private final Map<String, String> unreadableMembers = new HashMap<>();
  private final Map<String, NodeState> announced = new HashMap<>();
  private final ArrayDeque<ClusterEvent> events = new ArrayDeque<>();
  private Optional<LeaderRecord> leader = Optional.empty();
  private OptionalLong leaderEndedNanos = OptionalLong.empty();
  private boolean nodesListed;
  private boolean membersListed;
  private long version;
  private long eventNumber;

  ClusterView(String self, ClusterTiming timing, StoreRuntime runtime) {
    this.self = self;
    this.electionTimeout = timing.electionTimeout();
    this.runtime = runtime;
  }

  /** Takes a heartbeat, or the first record of a node. */
  void seen(NodeRecord record, Revision created, Revision modified) {
    lock.lock();
    try {
      long now = runtime.nanoTime();
      Sighting before = alive.get(record.id());
      if (before != null && before.modified().compareTo(modified) >= 0) {
        return;
      }
      departed.remove(record.id());
      unreadable.remove(record.id());
      boolean known = before != null && before.created().equals(created);
      long healthySince =
          before != null && known && stateOf(before, now) == NodeState.HEALTHY
              ? before.healthyNanos()
              : now;
      alive.put(record.id(), new Sighting(record, created, modified, now, healthySince));
      if (before != null && !known) {
        // Its end was not seen: it went and came back between two listings.
        event(ClusterEvent.Type.NODE_LEFT, record.id(), "its session ended");
      }
      if (!known) {
        announced.put(record.id(), NodeState.HEALTHY);
        event(ClusterEvent.Type.NODE_JOINED, record.id(), "registered from " + record.address());
      } else if (announced.put(record.id(), NodeState.HEALTHY) != NodeState.HEALTHY) {
        event(ClusterEvent.Type.NODE_HEALTHY, record.id(), "heard again");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes note that a node's record is no longer there. */
  void ended(String id) {
    lock.lock();
    try {
      if (unreadable.remove(id) != null) {
        changed();
      }
      Sighting last = alive.remove(id);
      if (last == null) {
        return;
      }
      announced.remove(id);
      boolean clean = last.record().stopped();
      departed.put(id, new Departure(last.record(), runtime.nanoTime(), clean));
      event(ClusterEvent.Type.NODE_LEFT, id, clean ? "left" : "its session ended");
    } finally {
      lock.unlock();
    }
  }

  /** Stops to show a node that is gone; returns whether it was shown. */
  boolean forget(String id) {
    lock.lock();
    try {
      Departure known = departed.remove(id);
      if (known == null) {
        return false;
      }
      changed();
      return !known.clean();
    } finally {
      lock.unlock();
    }
  }

  void unreadable(String id, String problem) {
    lock.lock();
    try {
      alive.remove(id);
      announced.remove(id);
      if (!problem.equals(unreadable.put(id, problem))) {
        changed();
      }
    } finally {
      lock.unlock();
    }
  }

  void unreadableMember(String id, String problem) {
    lock.lock();
    try {
      declared.remove(id);
      unreadableMembers.put(id, problem);
      changed();
    } finally {
      lock.unlock();
    }
  }

  void declared(DeclaredMember member) {
    lock.lock();
    try {
      unreadableMembers.remove(member.id());
      if (!member.equals(declared.put(member.id(), member))) {
        changed();
      }
    } finally {
      lock.unlock();
    }
  }

  void undeclared(String id) {
    lock.lock();
    try {
      unreadableMembers.remove(id);
      declared.remove(id);
      changed();
    } finally {
      lock.unlock();
    }
  }

  /** Drops the nodes that a complete listing does not show. */
  void nodesListed(Set<String> ids) {
    lock.lock();
    try {
      Set<String> missing = new HashSet<>(alive.keySet());
      missing.addAll(unreadable.keySet());
      missing.removeAll(ids);
      missing.forEach(this::ended);
      nodesListed = true;
      changed();
    } finally {
      lock.unlock();
    }
  }

  /** Drops the members that a complete listing does not show. */
  void membersListed(Set<String> ids) {
    lock.lock();
    try {
      declared.keySet().retainAll(ids);
      unreadableMembers.keySet().retainAll(ids);
      membersListed = true;
      changed();
    } finally {
      lock.unlock();
    }
  }

  /** Takes note of who leads; nothing for a vacancy. */
  void leader(Optional<LeaderRecord> now) {
    lock.lock();
    try {
      if (now.equals(leader)) {
        return;
      }
      boolean sameTerm =
          now.isPresent() && leader.isPresent() && now.get().term() == leader.get().term();
      if (!sameTerm && leader.isPresent()) {
        leaderEndedNanos = OptionalLong.of(runtime.nanoTime());
      }
      leader = now;
      if (sameTerm) {
        changed();
      } else if (now.isPresent()) {
        event(
            ClusterEvent.Type.LEADER_ELECTED, now.get().id(), "leads in term " + now.get().term());
      } else {
        event(ClusterEvent.Type.LEADER_LOST, "", "the leader's candidacy ended");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Lets those who wait look again, because this node began or ceased to lead. */
  void leadingChanged() {
    lock.lock();
    try {
      changed();
    } finally {
      lock.unlock();
    }
  }

  /** Announces nodes that fell silent, and forgets those that went long ago. */
  void evaluate() {
    lock.lock();
    try {
      long now = runtime.nanoTime();
      new TreeMap<>(alive)
          .forEach((id, sighting) -> {
            NodeState state = stateOf(sighting, now);
            NodeState before = announced.put(id, state);
            if (state != before && state != NodeState.HEALTHY) {
              event(ClusterEvent.Type.NODE_UNWELL, id, reason(id, sighting, now));
            }
          });
      if (departed.values().removeIf(d -> now - d.nanos() > GONE_SHOWN_FOR.toNanos())) {
        changed();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns every node, by id. */
  List<NodeView> nodes() {
    lock.lock();
    try {
      long now = runtime.nanoTime();
      Map<String, NodeView> views = new TreeMap<>();
      alive.forEach((id, sighting) -> views.put(id, view(id, sighting, now)));
      departed.forEach((id, departure) -> addDeparted(id, departure, now, views));
      declared.values().forEach(member -> views.putIfAbsent(member.id(), NodeViews.of(member)));
      unreadable.forEach(
          (id, problem) -> views.put(id, NodeViews.invalid(id, problem, runtime.now())));
      unreadableMembers.forEach(
          (id, problem) -> views.putIfAbsent(id, NodeViews.invalid(id, problem, runtime.now())));
      return List.copyOf(views.values());
    } finally {
      lock.unlock();
    }
  }

  /** Counts the nodes whose session lives. */
  int aliveCount() {
    lock.lock();
    try {
      return alive.size();
    } finally {
      lock.unlock();
    }
  }

  Optional<LeaderRecord> leader() {
    lock.lock();
    try {
      return leader;
    } finally {
      lock.unlock();
    }
  }

  /** Returns when the leadership before the present one was seen to end, by the runtime's clock. */
  OptionalLong leaderEndedNanos() {
    lock.lock();
    try {
      return leaderEndedNanos;
    } finally {
      lock.unlock();
    }
  }

  /** Says whether everything was listed once. */
  boolean isSynced() {
    lock.lock();
    try {
      return nodesListed && membersListed;
    } finally {
      lock.unlock();
    }
  }

  /** Returns for how long this node's own heartbeats have not come back through the store. */
  Duration sinceContact() {
    lock.lock();
    try {
      Sighting own = alive.get(self);
      return own == null ? Duration.ZERO : Duration.ofNanos(runtime.nanoTime() - own.nanos());
    } finally {
      lock.unlock();
    }
  }

  List<ClusterEvent> events() {
    lock.lock();
    try {
      return List.copyOf(events);
    } finally {
      lock.unlock();
    }
  }

  /** Returns a number that rises with everything that changes but heartbeats. */
  long version() {
    lock.lock();
    try {
      return version;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the version is above {@code seen}, and returns it. */
  long awaitChange(long seen) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (version <= seen) {
        changed.await();
      }
      return version;
    } finally {
      lock.unlock();
    }
  }

  private NodeView view(String id, Sighting sighting, long now) {
    NodeRecord record = sighting.record();
    NodeState state = stateOf(sighting, now);
    return NodeViews.of(
        record,
        state,
        reason(id, sighting, now),
        wall(sighting.since(state, electionTimeout), now),
        leader.isPresent() && leader.get().incarnation().equals(record.incarnation())
            ? NodeRole.LEADER
            : NodeRole.FOLLOWER,
        declared.containsKey(id));
  }

  private void addDeparted(String id, Departure departure, long now, Map<String, NodeView> views) {
    if (departure.clean() && !declared.containsKey(id)) {
      return;
    }
    views.put(
        id,
        NodeViews.of(
            departure.record(),
            NodeState.GONE,
            departure.clean() ? "left" : "its session ended",
            wall(departure.nanos(), now),
            NodeRole.FOLLOWER,
            declared.containsKey(id)));
  }

  private NodeState stateOf(Sighting sighting, long now) {
    return sighting.state(silence(sighting, now), electionTimeout);
  }

  private Duration silence(Sighting sighting, long now) {
    Sighting own = alive.get(self);
    if (own == null || sighting.record().id().equals(self)) {
      return Duration.ofNanos(now - sighting.nanos());
    }
    long cutOff = own.nanos() + own.suspectAfter().toNanos();
    return Duration.ofNanos(Math.min(now, cutOff) - sighting.nanos());
  }

  private String reason(String id, Sighting sighting, long now) {
    return sighting.reason(silence(sighting, now), electionTimeout, id.equals(self));
  }

  private Instant wall(long nanos, long now) {
    return runtime.now().minusNanos(now - nanos);
  }

  private void event(ClusterEvent.Type type, String node, String detail) {
    if (events.size() == EVENTS_KEPT) {
      events.removeFirst();
    }
    events.addLast(new ClusterEvent(++eventNumber, runtime.now(), type, node, detail));
    changed();
  }

  private void changed() {
    version++;
    changed.signalAll();
  }
}
