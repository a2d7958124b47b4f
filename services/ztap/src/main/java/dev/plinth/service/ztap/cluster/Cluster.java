package dev.plinth.service.ztap.cluster;

import dev.plinth.chassis.error.ConflictException;
import dev.plinth.chassis.error.NotFoundException;
import dev.plinth.spi.Condition;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.StoreRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What can be asked of the cluster and done to it, through one of its nodes.
 *
 * <p>Thread-safe. Asking never writes, registers or campaigns, and never waits for the store.
 */
public final class Cluster {
  private final NodeIdentity identity;
  private final String incarnation;
  private final ClusterTiming timing;
  private final ClusterRepository repository;
  private final ClusterView view;
  private final MembershipLoop membership;
  private final ElectionLoop election;
  private final StoreRuntime runtime;

  Cluster(
      NodeIdentity identity,
      String incarnation,
      ClusterTiming timing,
      ClusterRepository repository,
      ClusterView view,
      MembershipLoop membership,
      ElectionLoop election,
      StoreRuntime runtime) {
    this.identity = identity;
    this.incarnation = incarnation;
    this.timing = timing;
    this.repository = repository;
    this.view = view;
    this.membership = membership;
    this.election = election;
    this.runtime = runtime;
  }

  /**
   * Describes the cluster as this node sees it.
   *
   * @return what it knows, and a notice if that may be out of date
   */
  public ClusterStatus status() {
    boolean isLeader = election.isLeader();
    return new ClusterStatus(
        membership.clusterId(),
        identity,
        membership.membership(),
        leader(isLeader),
        isLeader,
        view.nodes(),
        timing,
        notice(),
        runtime.now());
  }

  /**
   * Says where this node stands.
   *
   * @return its membership now
   */
  public Membership membership() {
    return membership.membership();
  }

  /**
   * Says whether this node leads, by its own clock: false before the store can let another one
   * lead.
   *
   * @return whether it does, at this moment
   */
  public boolean isLeader() {
    return election.isLeader();
  }

  /**
   * Returns what a transaction that only the leader may commit must carry: the store refuses it
   * once the leadership is over.
   *
   * @return the condition, or nothing if this node does not lead
   */
  public Optional<Condition> stillLeading() {
    return election.stillHeld();
  }

  /**
   * Returns what changed lately, as this node saw it.
   *
   * @return at most the last 1,000 events, oldest first
   */
  public List<ClusterEvent> events() {
    return view.events();
  }

  /**
   * Returns a number that rises with everything that changes but heartbeats.
   *
   * @return the number, which means nothing on another node
   */
  public long version() {
    return view.version();
  }

  /**
   * Waits until something other than a heartbeat changed.
   *
   * @param seen a number from {@link #version} or from here
   * @return the number now, above {@code seen}
   * @throws InterruptedException if interrupted while waiting
   */
  public long awaitChange(long seen) throws InterruptedException {
    return view.awaitChange(seen);
  }

  /**
   * Waits until this node sees a leader that is looked for.
   *
   * @param expected which one will do
   * @return that leader
   * @throws InterruptedException if interrupted while waiting
   */
  public LeaderRecord awaitLeader(Predicate<LeaderRecord> expected) throws InterruptedException {
    long seen = version();
    Optional<LeaderRecord> leader = leader(isLeader()).filter(expected);
    while (leader.isEmpty()) {
      seen = awaitChange(seen);
      leader = leader(isLeader()).filter(expected);
    }
    return leader.get();
  }

  /**
   * Declares that a node belongs to the cluster, whether it lives or not.
   *
   * @param id of the node
   * @param address where it is expected, host and port
   * @param metadata anything to be remembered
   * @return the declaration; one of the same content may have been there before
   * @throws ConflictException if the id is declared or lives with another address
   * @throws StoreException if the store failed
   */
  public DeclaredMember join(String id, String address, Map<String, String> metadata) {
    repository
        .addressOf(id)
        .filter(other -> !other.equals(address))
        .ifPresent(other -> {
          throw new ConflictException("node '" + id + "' lives at " + other);
        });
    DeclaredMember wanted = new DeclaredMember(id, address, runtime.now(), metadata);
    DeclaredMember declared = repository.declare(wanted);
    if (!declared.address().equals(address) || !declared.metadata().equals(wanted.metadata())) {
      throw new ConflictException(
          "node '" + id + "' is declared with the address " + declared.address());
    }
    return declared;
  }

  /**
   * Removes a node: its declaration, and its process if it has one.
   *
   * @param id of the node
   * @return what became of it
   * @throws NotFoundException if there is no such node
   * @throws StoreException if the store failed
   */
  public Leaving leave(String id) {
    return leaving(id, repository.dismiss(id));
  }

  /**
   * Removes a node that does not answer: its declaration, and at once its session, its candidacy
   * and its leadership.
   *
   * @param id of the node
   * @return what became of it
   * @throws NotFoundException if there is no such node
   * @throws StoreException if the store failed
   */
  public Leaving forceLeave(String id) {
    return leaving(id, repository.expel(id));
  }

  private Leaving leaving(String id, Optional<Leaving> done) {
    if (done.isPresent()) {
      return done.get();
    }
    if (view.forget(id)) {
      return Leaving.FORGOTTEN;
    }
    throw new NotFoundException("there is no node '" + id + "'");
  }

  private Optional<LeaderRecord> leader(boolean isLeader) {
    // The view of a node that is cut off still shows the last leader it saw, perhaps itself.
    Optional<LeaderRecord> seen = view.leader();
    if (seen.filter(leader -> leader.incarnation().equals(incarnation)).isPresent()) {
      return isLeader ? seen : Optional.empty();
    }
    return view.sinceContact().compareTo(timing.sessionTtl()) > 0 ? Optional.empty() : seen;
  }

  private Optional<String> notice() {
    Membership now = membership.membership();
    Duration silence = view.sinceContact();
    if (silence.compareTo(timing.suspectAfter()) > 0) {
      Instant last = runtime.now().minus(silence);
      return Optional.of(
          "this node has not reached the store since " + last + "; what it shows is from then");
    }
    if (now.phase() != Membership.Phase.MEMBER) {
      return Optional.of("this node is not a member (" + now.phase().word() + "): " + now.reason());
    }
    return view.isSynced() ? Optional.empty() : Optional.of("the nodes are being read");
  }
}
