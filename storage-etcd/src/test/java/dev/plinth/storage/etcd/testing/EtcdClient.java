package dev.plinth.storage.etcd.testing;

import dev.plinth.spi.Capability;
import dev.plinth.spi.KeyValues;
import dev.plinth.spi.Leases;
import dev.plinth.spi.Settings;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreLimits;
import dev.plinth.spi.StoreProvider;
import dev.plinth.spi.StoreRuntime;
import dev.plinth.spi.StoreStatus;
import dev.plinth.spi.Watches;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The etcd store, opened for a test: it knows how to open another one, and closing it closes
 * whatever was started for it.
 *
 * <p>Thread-safe.
 */
public final class EtcdClient implements Store {
  /** What a client is opened with. */
  record Opening(StoreRuntime runtime, List<String> endpoints, Map<String, Object> settings) {
    Opening {
      endpoints = List.copyOf(endpoints);
      settings = Map.copyOf(settings);
    }

    /** Opens a client. */
    EtcdClient open(Runnable atClose) {
      return new EtcdClient(this, this, atClose);
    }

    /**
     * Opens a client whose endpoints are not those that {@link #another} connects to.
     *
     * @param proxies where it connects to
     */
    EtcdClient openThrough(List<String> proxies, Runnable atClose) {
      return new EtcdClient(new Opening(runtime, proxies, settings), this, atClose);
    }
  }

  private final Store store;
  private final Opening others;
  private final Runnable atClose;

  private EtcdClient(Opening own, Opening others, Runnable atClose) {
    Map<String, Object> all = new HashMap<>(own.settings());
    all.put("endpoints", own.endpoints());
    this.store = StoreProvider.named("etcd").open(Settings.of(all), own.runtime());
    this.others = others;
    this.atClose = atClose;
  }

  /**
   * Opens a store with a runtime of its own, which ends with it.
   *
   * @param endpoints where the servers are
   * @param settings more keys of the section {@code store.etcd}
   * @param atClose what is done after it is closed
   * @return the open store
   */
  public static EtcdClient open(List<String> endpoints, Map<String, ?> settings, Runnable atClose) {
    StoreRuntime runtime = StoreRuntime.system();
    return new Opening(runtime, endpoints, Map.copyOf(settings))
        .open(() -> {
          runtime.close();
          atClose.run();
        });
  }

  /**
   * Opens a store with its defaults and a runtime of its own, which ends with it.
   *
   * @param endpoints where the servers are
   * @return the open store
   */
  public static EtcdClient open(List<String> endpoints) {
    return open(endpoints, Map.of(), () -> {});
  }

  /**
   * Opens another client of the same servers, in the same way but for proxies.
   *
   * @return the open store, which is to be closed before this one
   */
  public EtcdClient another() {
    return others.open(() -> {});
  }

  @Override
  public KeyValues keyValues() {
    return store.keyValues();
  }

  @Override
  public Leases leases() {
    return store.leases();
  }

  @Override
  public Watches watches() {
    return store.watches();
  }

  @Override
  public StoreStatus status() {
    return store.status();
  }

  @Override
  public StoreLimits limits() {
    return store.limits();
  }

  @Override
  public Set<Capability> capabilities() {
    return store.capabilities();
  }

  @Override
  public StoreRuntime runtime() {
    return store.runtime();
  }

  @Override
  public void close() {
    store.close();
    atClose.run();
  }
}
