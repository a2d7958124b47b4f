package dev.plinth.storage.etcd;

import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdOptions;
import dev.plinth.storage.etcd.testing.EtcdServers;
import dev.plinth.storage.etcd.testing.Etcdctl;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A server of one version, a store on it, and the command line client of the same version.
 *
 * <p>Immutable.
 */
record Interoperation(EtcdServers servers, StoreRuntime runtime, Store store)
    implements AutoCloseable {

  /** The versions that users have. */
  static Stream<String> versions() {
    return Stream.of("3.4", "3.5");
  }

  static Interoperation on(String version) {
    return with(version);
  }

  /** Starts the server with more words on its command line. */
  static Interoperation with(String version, String... flags) {
    EtcdInstallation installation =
        EtcdInstallation.find(version)
            .orElseThrow(() -> new IllegalStateException(EtcdInstallation.advice(version)));
    EtcdServers servers = EtcdServers.start(EtcdOptions.of(installation, 1).with(flags));
    StoreRuntime runtime = StoreRuntime.system();
    return new Interoperation(servers, runtime, open(servers, runtime, Map.of()));
  }

  Etcdctl etcdctl() {
    return servers.etcdctl();
  }

  List<String> endpoints() {
    return servers.endpoints();
  }

  /** Opens another store with more settings. */
  Store open(Map<String, ?> more) {
    return open(servers, runtime, more);
  }

  private static Store open(EtcdServers servers, StoreRuntime runtime, Map<String, ?> more) {
    Map<String, Object> settings = new HashMap<>(more);
    // On a machine that also starts programs all the time.
    settings.putIfAbsent("request-timeout", "15s");
    settings.put("endpoints", servers.endpoints());
    return StoreProvider.named("etcd").open(Settings.of(settings), runtime);
  }

  @Override
  public void close() {
    store.close();
    runtime.close();
    servers.close();
  }
}
