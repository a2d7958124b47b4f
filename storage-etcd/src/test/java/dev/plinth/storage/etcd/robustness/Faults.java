package dev.plinth.storage.etcd.robustness;

import dev.plinth.storage.etcd.testing.EtcdServer;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.storage.etcd.testing.TcpProxy;
import dev.plinth.storage.etcd.testing.TcpProxy.Direction;
import dev.plinth.tck.history.Load;
import dev.plinth.tck.robustness.ClientFaults;
import dev.plinth.tck.robustness.Fault;
import dev.plinth.tck.robustness.Robustness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** What happens to members, and to connections between clients and members. */
final class Faults {
  private final DisturbedCluster cluster;
  private final EtcdServers servers;
  private final Load load;
  private final Random random;

  Faults(DisturbedCluster cluster, Load load, Random random) {
    this.cluster = cluster;
    this.servers = cluster.servers();
    this.load = load;
    this.random = random;
  }

  /** Every kind once. */
  List<Fault> all() {
    ClientFaults ofClients =
        new ClientFaults(
            cluster.clients(),
            load,
            random,
            () -> {
              EtcdServer leader = servers.awaitLeader();
              leader.kill();
              servers.restart(leader);
            });
    List<Fault> all = new ArrayList<>();
    all.add(new Fault("leader killed", () -> kill(servers.awaitLeader())));
    all.add(new Fault("leader killed twice in a row", this::killTwice));
    all.add(new Fault("follower killed", () -> kill(follower())));
    all.add(new Fault("no quorum", this::loseQuorum));
    all.add(new Fault("rolling restart", this::restartInTurn));
    all.add(new Fault("leader stopped for a moment", () -> pauseLeader(200, 700)));
    all.add(new Fault("leader stopped for long", () -> pauseLeader(2500, 5000)));
    all.add(new Fault("follower stopped", () -> pause(follower(), 300, 4000)));
    all.add(new Fault("leader moved", () -> servers.moveLeader()));
    all.add(new Fault("member replaced", () -> cluster.replace(any(servers.members()))));
    all.add(new Fault("member defragmented", this::defragment));
    all.add(new Fault("connections cut", () -> onSome(TcpProxy::cut, 300, 2500)));
    all.add(new Fault("connections reset often", this::resetOften));
    all.add(new Fault("connections cut in mid-answer", this::cutInMidAnswer));
    all.add(new Fault("streams ended", () -> onSome(TcpProxy::endStreams, 50, 300)));
    all.add(new Fault("connections stalled", () -> onSome(TcpProxy::stall, 500, 5000)));
    all.add(
        new Fault(
            "requests stalled", () -> onSome(proxy -> proxy.stall(Direction.REQUESTS), 500, 4000)));
    all.add(
        new Fault(
            "answers stalled", () -> onSome(proxy -> proxy.stall(Direction.ANSWERS), 500, 4000)));
    all.add(
        new Fault(
            "connections delayed", () -> onSome(proxy -> proxy.delay(millis(5, 500)), 1000, 3000)));
    all.add(new Fault("answers lost", this::loseAnswers));
    all.addAll(ofClients.all());
    all.add(new Fault("no space", new SpaceFault(cluster, load, random)::fill));
    return all;
  }

  private void kill(EtcdServer member) {
    member.kill();
    hold(200, 2500);
    servers.restart(member);
  }

  private void killTwice() {
    EtcdServer first = servers.awaitLeader();
    first.kill();
    servers.restart(first);
    EtcdServer second = servers.awaitLeader();
    second.kill();
    hold(200, 1000);
    servers.restart(second);
  }

  private void loseQuorum() {
    List<EtcdServer> members = shuffled(servers.members());
    members.get(0).kill();
    members.get(1).kill();
    ClientFaults.hold(Duration.ofSeconds(Robustness.isLong() ? 30 : 4));
    servers.restart(members.get(0));
    servers.restart(members.get(1));
  }

  private void restartInTurn() {
    for (EtcdServer member : servers.members()) {
      member.stop();
      servers.restart(member);
      servers.awaitHealthy();
    }
  }

  private void pauseLeader(int shortest, int longest) {
    EtcdServer leader = servers.awaitLeader();
    long from = System.nanoTime();
    pause(leader, shortest, longest);
    load.leaderStoppedSince(from);
  }

  private void pause(EtcdServer member, int shortest, int longest) {
    member.pause();
    hold(shortest, longest);
    member.resume();
  }

  private void defragment() {
    String unused = servers.etcdctl(any(servers.members())).run("defrag", "--command-timeout=30s");
  }

  private void resetOften() {
    for (int i = 0; i < 10; i++) {
      some().forEach(TcpProxy::reset);
      hold(20, 300);
    }
  }

  /** Each round breaks connections after a few bytes more: while a watch is set up, or later. */
  private void cutInMidAnswer() {
    for (int i = 0; i < 8; i++) {
      some().forEach(proxy -> proxy.cutAfter(Direction.ANSWERS, random.nextInt(600)));
      hold(50, 400);
      cluster.allProxies().forEach(TcpProxy::heal);
    }
  }

  private void loseAnswers() {
    for (int i = 0; i < 8; i++) {
      some().forEach(TcpProxy::loseNextAnswer);
      hold(50, 300);
      cluster.allProxies().forEach(TcpProxy::heal);
    }
  }

  private void onSome(Consumer<TcpProxy> disturbance, int shortest, int longest) {
    some().forEach(disturbance);
    hold(shortest, longest);
    cluster.allProxies().forEach(TcpProxy::heal);
  }

  /** The ways of some clients to some members, or of all to all. */
  private List<TcpProxy> some() {
    int share = 1 + random.nextInt(4);
    return cluster.allProxies().stream().filter(proxy -> random.nextInt(4) < share).toList();
  }

  private EtcdServer follower() {
    EtcdServer leader = servers.awaitLeader();
    return any(servers.members().stream().filter(member -> member != leader).toList());
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private <T> List<T> shuffled(List<T> list) {
    List<T> copy = new ArrayList<>(list);
    Collections.shuffle(copy, random);
    return copy;
  }

  private Duration millis(int shortest, int longest) {
    return Duration.ofMillis(random.nextInt(shortest, longest));
  }

  private void hold(int shortest, int longest) {
    ClientFaults.hold(millis(shortest, longest));
  }
}
