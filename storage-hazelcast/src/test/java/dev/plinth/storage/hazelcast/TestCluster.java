package dev.plinth.storage.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import dev.plinth.spi.Entry;
import dev.plinth.spi.Key;
import dev.plinth.spi.Store;
import dev.plinth.tck.Cluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Members on this machine, talking over real sockets, each with copies of everything, and one that
 * holds nothing: the stores that tests open are on that one, so that any other may be killed.
 */
final class TestCluster implements Cluster {
  /*
   * The classes whose members are their own and have little time run beside those of the contract,
   * but of each of these kinds one at a time.
   */

  /** Lock of the classes whose members come and go. */
  static final String MEMBERSHIP = "membership";

  /** Lock of the classes whose members are cut off or stand still. */
  static final String OUTAGES = "outages";

  /** Lock of the classes whose messages or copies are lost. */
  static final String LOSSES = "losses";

  private static final int COPIES = 2;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final String name = "cluster-" + UUID.randomUUID();
  private final String keyspace = "plinth";
  private final OwnerRules rules;
  private final List<TestMember> members = new ArrayList<>();
  private final List<Store> keepers = new ArrayList<>();
  private final List<Runnable> closing = new ArrayList<>();
  private @Nullable TestMember client;

  private TestCluster(OwnerRules rules) {
    this.rules = rules;
  }

  static TestCluster start(int size, OwnerRules rules) {
    TestCluster cluster = new TestCluster(rules);
    for (int i = 0; i < size; i++) {
      cluster.add();
    }
    cluster.client = cluster.join(true);
    cluster.awaitSafe();
    UUID unused = cluster.members.getFirst().create(cluster.keyspace);
    return cluster;
  }

  private void add() {
    TestMember member = join(false);
    members.add(member);
    // Every member has a store in real life, and with it somebody who looks for what is due.
    keepers.add(member.open(keyspace));
  }

  private TestMember join(boolean empty) {
    List<String> others = new ArrayList<>(members.stream().map(TestMember::address).toList());
    if (client != null) {
      others.add(client.address());
    }
    Config config = TestMember.config(name, others, COPIES).setLiteMember(empty);
    return TestMember.start(config, rules, new HazelcastReplicas(COPIES, COPIES));
  }

  List<TestMember> members() {
    return members;
  }

  String keyspace() {
    return keyspace;
  }

  TestMember owner() {
    Member owner =
        members.getFirst().instance().getPartitionService().getPartition(keyspace).getOwner();
    return members.stream()
        .filter(member -> member.instance().getCluster().getLocalMember().equals(owner))
        .findFirst()
        .orElseThrow();
  }

  /** Waits until every partition has all the copies that there can be. */
  void awaitSafe() {
    await(() -> {
      int size = members.size() + (client == null ? 0 : 1);
      return members.stream()
          .allMatch(member ->
              member.instance().getCluster().getMembers().size() == size
                  && member.instance().getPartitionService().isClusterSafe());
    });
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("the cluster did not settle");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  @Override
  public Store open() {
    return Optional.ofNullable(client).orElseThrow().open(keyspace);
  }

  /** Opens a client whose calls may take longer than usual. */
  Store open(Duration callTimeout) {
    return Optional.ofNullable(client).orElseThrow().open(keyspace, callTimeout);
  }

  /** Waits until the owner, maybe alone, holds this version of a key. */
  void awaitAttempt(Key key, long version) {
    await(() -> {
      HazelcastState state = owner().replica(keyspace);
      Entry entry = state == null ? null : state.keyspace().get(key);
      return entry != null && entry.version() == version;
    });
  }

  @Override
  public void failOver() {
    TestMember owner = owner();
    int index = members.indexOf(owner);
    members.remove(index);
    Store keeper = keepers.remove(index);
    owner.close();
    keeper.close();
    int left = members.size() + 1;
    await(() ->
        members.stream()
            .allMatch(member -> member.instance().getCluster().getMembers().size() == left));
  }

  @Override
  public void grow() {
    add();
    awaitSafe();
  }

  @Override
  public void restart() {
    loseEverything();
  }

  @Override
  public void loseEverything() {
    int size = members.size();
    List<TestMember> dead = List.copyOf(members);
    List<Store> idle = List.copyOf(keepers);
    members.clear();
    keepers.clear();
    dead.forEach(TestMember::close);
    idle.forEach(Store::close);
    for (int i = 0; i < size; i++) {
      add();
    }
    awaitSafe();
    UUID unused = members.getFirst().create(keyspace);
  }

  @Override
  public List<String> digests() {
    return members.stream()
        .map(member -> member.replica(keyspace))
        .map(state -> state == null ? "none" : state.keyspace().digest())
        .toList();
  }

  void onClose(Runnable told) {
    closing.add(told);
  }

  @Override
  public void close() {
    try {
      closeAll();
    } finally {
      closing.forEach(Runnable::run);
    }
  }

  private void closeAll() {
    keepers.forEach(Store::close);
    if (client != null) {
      client.close();
    }
    members.forEach(TestMember::close);
  }
}
