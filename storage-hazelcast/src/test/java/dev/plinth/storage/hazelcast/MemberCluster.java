package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipAdapter;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.cluster.impl.ClusterServiceImpl;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.tck.Await;
import dev.plinth.tck.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Three members with all copies, and one that keeps nothing and is never disturbed, so that
 * somebody can always look.
 *
 * <p>One thread.
 */
final class MemberCluster implements AutoCloseable {
  static final int MEMBERS = 3;
  private static final Await PATIENT = new Await(Duration.ofMinutes(1));

  private final List<MemberProcess> members = new ArrayList<>();
  private final MemberProcess looking;
  private final AtomicLong missed = new AtomicLong();

  MemberCluster(Map<String, ?> settings) {
    String name = "faults-" + UUID.randomUUID();
    List<Integer> ports = Ports.free(MEMBERS + 1);
    for (int i = 0; i < MEMBERS; i++) {
      members.add(new MemberProcess(name, ports, i, settings, false));
    }
    looking = new MemberProcess(name, ports, MEMBERS, settings, true);
    members.forEach(MemberProcess::start);
    looking.start();
    looking
        .instance()
        .getCluster()
        .addMembershipListener(
            new MembershipAdapter() {
              @Override
              public void memberRemoved(MembershipEvent gone) {
                missed.set(System.nanoTime());
              }
            });
    awaitServing();
  }

  List<MemberProcess> members() {
    return members;
  }

  /** The store of the one who only looks. */
  Store store() {
    return looking.store().orElseThrow();
  }

  /** When the one who looks last noticed that a member was gone, in nanoseconds of this process. */
  long missed() {
    return missed.get();
  }

  /** Another client of the data, which waits long for an answer. */
  Store another() {
    return looking.open(PATIENT.patience());
  }

  /** Who owns the data, as the one who looks sees it. */
  MemberProcess owner() {
    return PATIENT.value(
        "somebody owns the data",
        () -> {
          Member owner =
              looking
                  .instance()
                  .getPartitionService()
                  .getPartition(HazelcastMember.KEYSPACE)
                  .getOwner();
          return members.stream()
              .filter(MemberProcess::isAlive)
              .filter(member -> member.instance().getCluster().getLocalMember().equals(owner))
              .findFirst();
        });
  }

  List<MemberProcess> others(MemberProcess one) {
    return members.stream().filter(member -> member != one).toList();
  }

  /** What stands before each of all others, and before the one who looks. */
  List<Firewall> around(MemberProcess one) {
    List<Firewall> around = new ArrayList<>();
    others(one).forEach(other -> around.add(other.firewall()));
    around.add(looking.firewall());
    return around;
  }

  /** Cuts one member off from all others, and from the one who looks. */
  void isolate(MemberProcess one) {
    others(one).forEach(other -> one.firewall().cut(other.firewall()));
    one.firewall().cut(looking.firewall());
  }

  /**
   * Lets everything through, starts whoever is dead, and waits until all copies are there and
   * nothing follows any more from what was before.
   */
  void heal() {
    List<MemberProcess> alive = everybody();
    alive.removeIf(member -> !member.isAlive());
    Map<MemberProcess, Long> healed = new HashMap<>();
    for (MemberProcess one : alive) {
      // One whose Hazelcast has stopped by itself gets a new one, which lets everything through.
      if (one.isRunning()) {
        healed.put(one, view(one).getClusterTime());
        alive.stream()
            .filter(other -> other != one)
            .forEach(other -> one.firewall().heal(other.address()));
      }
    }
    members.stream().filter(member -> !member.isAlive()).forEach(MemberProcess::start);
    awaitServing();
    awaitHeard(healed);
    awaitServing();
  }

  private List<MemberProcess> everybody() {
    List<MemberProcess> all = new ArrayList<>(members);
    all.add(looking);
    return all;
  }

  /**
   * Two members that suspect one another do not speak to one another, though they could, until the
   * first of the cluster puts one of them out: that may be seconds after all was healed, and who is
   * put out serves nothing until it has joined again. Meanwhile everybody serves and has all
   * copies, and whatever comes next would suffer for what was before.
   */
  private void awaitHeard(Map<MemberProcess, Long> healed) {
    PATIENT.until(
        "each member hears of each other",
        () -> everybody().stream().allMatch(one -> hasHeardAll(one, healed)));
  }

  private static boolean hasHeardAll(MemberProcess one, Map<MemberProcess, Long> healed) {
    try {
      ClusterServiceImpl view = view(one);
      long since = healed.computeIfAbsent(one, first -> view.getClusterTime());
      return view.getMembers().stream()
          .filter(other -> !other.localMember())
          .allMatch(
              other -> view.getClusterHeartbeatManager().getLastHeartbeatTime(other) - since > 0);
    } catch (HazelcastInstanceNotActiveException startedAgainSoon) {
      return false;
    }
  }

  private static ClusterServiceImpl view(MemberProcess one) {
    return ((HazelcastInstanceProxy) one.instance()).getOriginal().node.getClusterService();
  }

  private static boolean hasAllCopies(MemberProcess member) {
    try {
      return member.instance().getCluster().getMembers().size() == MEMBERS + 1
          && member.instance().getPartitionService().isClusterSafe();
    } catch (HazelcastInstanceNotActiveException startedAgainSoon) {
      return false;
    }
  }

  private void awaitServing() {
    // The one who looks has to know it, too: who owns the data is what that one says.
    PATIENT.until(
        "all members are there with all copies",
        () -> everybody().stream().allMatch(MemberCluster::hasAllCopies));
    PATIENT.until(
        "the store serves",
        () -> {
          try {
            return store().keyValues().current().value() > 0;
          } catch (StoreException notYet) {
            return false;
          }
        });
  }

  @Override
  public void close() {
    looking.close();
    members.forEach(MemberProcess::close);
  }
}
