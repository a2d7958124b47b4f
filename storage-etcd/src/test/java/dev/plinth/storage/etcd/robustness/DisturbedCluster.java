package dev.plinth.storage.etcd.robustness;

import dev.plinth.spi.Store;
import dev.plinth.spi.StoreUnavailableException;
import dev.plinth.storage.etcd.testing.EtcdClient;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdOptions;
import dev.plinth.storage.etcd.testing.EtcdServer;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.storage.etcd.testing.TcpProxy;
import dev.plinth.tck.Await;
import dev.plinth.tck.history.Checks;
import dev.plinth.tck.history.Load;
import dev.plinth.tck.robustness.DisturbedStore;
import dev.plinth.tck.robustness.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Three members, and clients each of which has a proxy of its own before each member. The last
 * client is the one that observes.
 *
 * <p>One thread at a time.
 */
final class DisturbedCluster implements DisturbedStore {
  private static final int MEMBERS = 3;
  private static final int QUOTA = 32 << 20;
  private static final String PASSWORD = "robust";

  private final EtcdServers servers;
  private final List<List<TcpProxy>> proxies = new ArrayList<>();
  private final List<Store> stores = new ArrayList<>();
  private final Store direct;
  private final boolean authenticated;

  DisturbedCluster(EtcdInstallation installation, int clients, boolean authenticated) {
    this.authenticated = authenticated;
    servers =
        EtcdServers.start(
            EtcdOptions.of(installation, MEMBERS)
                .with("--quota-backend-bytes=" + QUOTA, "--auth-token-ttl=3"));
    if (authenticated) {
      servers.enableAuthentication(PASSWORD);
    }
    for (int client = 0; client <= clients; client++) {
      List<TcpProxy> own =
          servers.members().stream().map(member -> TcpProxy.to(member.port())).toList();
      proxies.add(own);
      stores.add(open(own.stream().map(TcpProxy::endpoint).toList()));
    }
    direct = open(servers.endpoints());
    stores.forEach(DisturbedCluster::awaitService);
    awaitService(direct);
  }

  /** Waits until a store is connected and logged in, which takes long when many do so at once. */
  private static void awaitService(Store store) {
    new Await(Duration.ofMinutes(1))
        .until(
            "the store answers",
            () -> {
              try {
                return store.keyValues().current().value() > 0;
              } catch (StoreUnavailableException notYet) {
                return false;
              }
            });
  }

  private Store open(List<String> endpoints) {
    return EtcdClient.open(
        endpoints,
        authenticated ? Map.of("username", "root", "password", PASSWORD) : Map.of(),
        () -> {});
  }

  EtcdServers servers() {
    return servers;
  }

  @Override
  public String description() {
    return "etcd "
        + servers.options().installation().version()
        + ", "
        + MEMBERS
        + " members"
        + (authenticated ? ", with passwords and tokens of 3 s" : "");
  }

  @Override
  public List<Store> clients() {
    return stores.subList(0, stores.size() - 1);
  }

  @Override
  public Store observing() {
    return stores.getLast();
  }

  /** A store without a proxy, that knows only the first members. */
  @Override
  public Store direct() {
    return direct;
  }

  /** The proxies of one client, one for each member. */
  List<TcpProxy> proxiesOf(int client) {
    return proxies.get(client);
  }

  List<TcpProxy> allProxies() {
    return proxies.stream().flatMap(List::stream).toList();
  }

  /** Replaces a member by a new one that has nothing yet, behind the same proxies. */
  void replace(EtcdServer member) {
    int place = servers.members().indexOf(member);
    servers.remove(member);
    /*
     * It goes through the whole log, with all that ever filled the others at once, and would call
     * the cluster full by that.
     */
    EtcdServer added = servers.add("--quota-backend-bytes=" + 2 * QUOTA);
    servers.moveTo(added, place);
    for (List<TcpProxy> own : proxies) {
      own.get(place).leadTo(added.port());
      own.get(place).reset();
    }
  }

  @Override
  public List<Fault> faults(Load load, Random random) {
    return new Faults(this, load, random).all();
  }

  @Override
  public void heal() {
    allProxies().forEach(TcpProxy::heal);
    servers.awaitHealthy();
  }

  /** A leader that is replaced, or was stopped, may have its revocations carried out later. */
  @Override
  public Checks.Tolerance tolerance() {
    return Checks.Tolerance.RENEWALS_UNDONE_BY_OLD_LEADERS;
  }

  @Override
  public void close() {
    stores.forEach(Store::close);
    direct.close();
    allProxies().forEach(TcpProxy::close);
    servers.close();
  }
}
