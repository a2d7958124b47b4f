package dev.plinth.storage.etcd.testing;

import dev.plinth.spi.Store;
import dev.plinth.tck.Cluster;
import java.util.List;
import java.util.function.Function;

/**
 * Servers of one test, as the contract disturbs them.
 *
 * <p>A member that is alone fails over to itself: it is killed and started again.
 */
final class EtcdCluster implements Cluster {
  private final EtcdServers servers;
  private final Function<EtcdServers, EtcdClient.Opening> opening;

  EtcdCluster(EtcdServers servers, Function<EtcdServers, EtcdClient.Opening> opening) {
    this.servers = servers;
    this.opening = opening;
  }

  @Override
  public Store open() {
    return opening.apply(servers).open(() -> {});
  }

  @Override
  public void failOver() {
    EtcdServer leader = servers.awaitLeader();
    leader.kill();
    if (servers.members().size() == 1) {
      servers.restart(leader);
      servers.awaitHealthy();
    } else {
      EtcdServer unused = servers.awaitLeader();
    }
  }

  @Override
  public void grow() {
    EtcdServer unused = servers.add();
  }

  @Override
  public void restart() {
    servers.restartAll();
  }

  @Override
  public void loseEverything() {
    servers.loseEverything();
  }

  @Override
  public List<String> digests() {
    return servers.hashes();
  }

  @Override
  public void close() {
    servers.close();
  }
}
