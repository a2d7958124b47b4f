package dev.plinth.chassis.testing;

import dev.plinth.spi.KeyRange;
import dev.plinth.spi.LeaseId;
import dev.plinth.spi.LeaseLostException;
import dev.plinth.spi.RequestRefusedException;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.storage.etcd.testing.EtcdInstallation;
import dev.plinth.storage.etcd.testing.EtcdOptions;
import dev.plinth.storage.etcd.testing.EtcdServers;
import java.util.List;
import java.util.Map;

/**
 * Opens stores for tests. Those of services run on the store that the system property {@code
 * plinth.test.store} names: {@code memory}, or {@code etcd} for a real server that is started once.
 */
public final class Stores {
  private static final String CHOSEN = System.getProperty("plinth.test.store", "memory");

  /** A busy machine is slow, and these tests are not about that. */
  private static final String PATIENCE = "15s";

  private Stores() {}

  /** The server of this process, started when it is first needed and killed when the JVM ends. */
  private static final class Server {
    static final EtcdServers RUNNING =
        EtcdServers.start(EtcdOptions.of(EtcdInstallation.newest(), 1));
  }

  /** Says whether the chosen store has servers, whose time is real. */
  static boolean areReal() {
    return !CHOSEN.equals("memory");
  }

  /** Opens the chosen store, empty. One test at a time has it. */
  public static Store open(StoreRuntime runtime) {
    if (!areReal()) {
      return memory(runtime);
    }
    List<String> endpoints = Server.RUNNING.endpoints();
    Settings settings = Settings.of(Map.of("endpoints", endpoints, "request-timeout", PATIENCE));
    Store store = StoreProvider.named(CHOSEN).open(settings, runtime);
    clear(store);
    return store;
  }

  private static void clear(Store store) {
    for (LeaseId lease : store.leases().list()) {
      try {
        store.leases().revoke(lease);
      } catch (LeaseLostException | RequestRefusedException expired) {
        // It ended meanwhile, and its keys with it.
      }
    }
    store.keyValues().delete(KeyRange.all());
  }

  /** Opens an empty store in memory, in real time. */
  public static Store memory() {
    return memory(StoreRuntime.system());
  }

  /** Opens an empty store in memory, in the time of a runtime. */
  public static Store memory(StoreRuntime runtime) {
    return StoreProvider.named("memory").open(Settings.empty(), runtime);
  }
}
