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
 * The etcd store, opened for a test: it knows its endpoints, and closing it closes its runtime and
 * whatever else was started for it.
 *
 * <p>Thread-safe.
 */
public final class EtcdClient implements Store {
  private final Store store;
  private final StoreRuntime runtime;
  private final List<String> endpoints;
  private final Map<String, Object> settings;
  private final Runnable atClose;

  private EtcdClient(
      Store store,
      StoreRuntime runtime,
      List<String> endpoints,
      Map<String, Object> settings,
      Runnable atClose) {
    this.store = store;
    this.runtime = runtime;
    this.endpoints = endpoints;
    this.settings = settings;
    this.atClose = atClose;
  }

  /**
   * Opens a store.
   *
   * @param endpoints where the servers are
   * @param settings more keys of the section {@code store.etcd}
   * @param atClose what is done after it is closed
   * @return the open store
   */
  public static EtcdClient open(
      List<String> endpoints, Map<String, Object> settings, Runnable atClose) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("endpoints", endpoints);
    StoreRuntime runtime = StoreRuntime.system();
    Store store = StoreProvider.named("etcd").open(Settings.of(all), runtime);
    return new EtcdClient(store, runtime, endpoints, settings, atClose);
  }

  /**
   * Opens a store with its defaults.
   *
   * @param endpoints where the servers are
   * @return the open store
   */
  public static EtcdClient open(List<String> endpoints) {
    return open(endpoints, Map.of(), () -> {});
  }

  /**
   * Opens another client of the same servers, in the same way.
   *
   * @return the open store, which does not need this one to stay open
   */
  public EtcdClient another() {
    return open(endpoints, settings, () -> {});
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
    runtime.close();
    atClose.run();
  }
}
