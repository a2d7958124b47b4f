package dev.plinth.storage.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.spi.impl.PartitionSpecificRunnable;
import dev.plinth.spi.Store;
import dev.plinth.tck.history.Load;
import dev.plinth.tck.robustness.ClientFaults;
import dev.plinth.tck.robustness.DisturbedStore;
import dev.plinth.tck.robustness.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What happens to members and between them, while clients on all of them go on. */
final class DisturbedMembers implements DisturbedStore {
  private final MemberCluster cluster = new MemberCluster(Map.of());
  private final List<Store> clients = new ArrayList<>();

  DisturbedMembers(int count) {
    for (int i = 0; i < count; i++) {
      MemberProcess process = cluster.members().get(i % MemberCluster.MEMBERS);
      clients.add(new LivingStore(process::store));
    }
  }

  @Override
  public List<Store> clients() {
    return clients;
  }

  @Override
  public Store observing() {
    return cluster.store();
  }

  @Override
  public Store direct() {
    return cluster.store();
  }

  @Override
  public String description() {
    return "Hazelcast, " + MemberCluster.MEMBERS + " members";
  }

  @Override
  public List<Fault> faults(Load load, Random random) {
    List<Fault> all = new ArrayList<>();
    all.add(new Fault("owner killed", () -> kill(cluster.owner(), random)));
    all.add(new Fault("owner killed twice in a row", () -> killTwice(random)));
    all.add(new Fault("backup killed", () -> kill(backup(random), random)));
    all.add(new Fault("rolling restart", this::restartInTurn));
    all.add(new Fault("owner leaves", () -> leave(cluster.owner())));
    all.add(new Fault("owner cut off", () -> isolate(cluster.owner(), random)));
    all.add(new Fault("backup cut off", () -> isolate(backup(random), random)));
    all.add(new Fault("bridge", () -> bridge(random)));
    all.add(new Fault("owner heard late", () -> silence(cluster.owner(), random)));
    all.add(new Fault("backups lost", () -> loseBackups(random)));
    all.add(new Fault("answers of backups lost", () -> loseBackupAnswers(random)));
    all.add(new Fault("messages delayed", () -> delay(random)));
    all.add(new Fault("owner stalls", () -> stall(cluster.owner(), random, 200, 1500)));
    all.add(new Fault("owner stalls for long", () -> stall(cluster.owner(), random, 3500, 6000)));
    all.addAll(new ClientFaults(clients, load, random, () -> kill(cluster.owner(), random)).all());
    return all;
  }

  private MemberProcess backup(Random random) {
    List<MemberProcess> backups = cluster.others(cluster.owner());
    return backups.get(random.nextInt(backups.size()));
  }

  private static void hold(Random random, int shortest, int longest) {
    ClientFaults.hold(Duration.ofMillis(random.nextInt(shortest, longest)));
  }

  private void kill(MemberProcess member, Random random) {
    member.kill();
    hold(random, 200, 2500);
    cluster.heal();
  }

  /** One after the other has to take over; the third has everything. */
  private void killTwice(Random random) {
    kill(cluster.owner(), random);
    kill(cluster.owner(), random);
  }

  private void leave(MemberProcess member) {
    member.leave();
    cluster.heal();
  }

  private void restartInTurn() {
    List.copyOf(cluster.members()).forEach(this::leave);
  }

  private void isolate(MemberProcess member, Random random) {
    cluster.isolate(member);
    hold(random, 500, 7000);
    cluster.heal();
  }

  /** Two members do not see each other, the third sees both. */
  private void bridge(Random random) {
    MemberProcess owner = cluster.owner();
    owner.firewall().cut(cluster.others(owner).get(random.nextInt(2)).firewall());
    hold(random, 500, 7000);
    cluster.heal();
  }

  /** What a member says arrives late, while it hears the others at once. */
  private void silence(MemberProcess member, Random random) {
    member.firewall().delay(4000, 4000);
    hold(random, 500, 3000);
    cluster.heal();
  }

  private void loseBackups(Random random) {
    MemberProcess owner = cluster.owner();
    owner.firewall().loseBackups(backup(random).firewall());
    hold(random, 200, 1500);
    cluster.heal();
  }

  private void loseBackupAnswers(Random random) {
    backup(random).firewall().loseBackupAnswers(cluster.owner().firewall());
    hold(random, 200, 1500);
    cluster.heal();
  }

  private void delay(Random random) {
    cluster.members().forEach(member -> member.firewall().delay(5, 100));
    hold(random, 1000, 3000);
    cluster.heal();
  }

  /** Holds up the one thread that works on the data. */
  private void stall(MemberProcess member, Random random, int shortest, int longest) {
    Duration length = Duration.ofMillis(random.nextInt(shortest, longest));
    HazelcastInstance instance = member.instance();
    int partition =
        instance.getPartitionService().getPartition(HazelcastMember.KEYSPACE).getPartitionId();
    ((HazelcastInstanceProxy) instance)
        .getOriginal()
        .node
        .getNodeEngine()
        .getOperationService()
        .execute(
            new PartitionSpecificRunnable() {
              @Override
              public int getPartitionId() {
                return partition;
              }

              @Override
              public void run() {
                ClientFaults.hold(length);
              }
            });
    ClientFaults.hold(length);
    cluster.heal();
  }

  @Override
  public void heal() {
    cluster.heal();
  }

  @Override
  public void close() {
    cluster.close();
  }
}
