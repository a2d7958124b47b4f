package dev.plinth.distribution.wiring;

import dev.plinth.chassis.Service;
import dev.plinth.chassis.admin.AdminConfig;
import dev.plinth.chassis.auth.BindAddress;
import dev.plinth.spi.Settings;
import dev.plinth.spi.SettingsException;
import dev.plinth.spi.StoreProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * What the launcher starts and where: the top of the configuration.
 *
 * @param services which services, in the order in which they start
 * @param backend which store
 * @param storeSettings its section, with what is common to all stores
 * @param bindAddress where servers listen
 * @param portOffset added to every port
 * @param drainGrace how long a stop waits for requests that are under way
 * @param admin where the admin API listens
 * @param log how events are written
 */
public record LauncherConfig(
    List<Service> services,
    StoreProvider backend,
    Settings storeSettings,
    BindAddress bindAddress,
    int portOffset,
    Duration drainGrace,
    AdminConfig admin,
    LogConfig log) {
  private static final int LARGEST_OFFSET = 10_000;
  private static final String BACKEND = "backend";
  private static final String PORT_OFFSET = "port-offset";
  private static final String REQUEST_TIMEOUT = "request-timeout";
  private static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofSeconds(3);

  /** Copies the list. */
  public LauncherConfig {
    services = List.copyOf(services);
  }

  /**
   * Reads the whole configuration, also the sections of stores and services that are not selected.
   *
   * @param settings the top
   * @return what to start
   * @throws SettingsException if anything in it is unknown or wrong
   */
  public static LauncherConfig from(Settings settings) {
    List<String> known =
        new ArrayList<>(
            List.of(
                "store",
                "services",
                "bind-address",
                "insecure",
                PORT_OFFSET,
                "drain-grace",
                "admin",
                "log"));
    known.addAll(ServiceCatalog.names());
    settings.allowOnly(known.toArray(String[]::new));
    for (Service service : ServiceCatalog.all()) {
      service.check(settings.section(service.name()));
    }
    Settings store = settings.section("store");
    StoreProvider backend = backend(store);
    int portOffset = settings.integer(PORT_OFFSET, 0, 0, LARGEST_OFFSET);
    List<Service> services = services(settings);
    BindAddress bindAddress = BindAddress.from(settings);
    GatewayPort.check(settings, services, backend.name(), bindAddress, portOffset);
    return new LauncherConfig(
        services,
        backend,
        moved(backend, sectionOf(backend, store), portOffset),
        bindAddress,
        portOffset,
        settings.duration("drain-grace", Duration.ofSeconds(10)),
        AdminConfig.from(settings.section("admin"), portOffset, stateFolder()),
        LogConfig.from(settings.section("log")));
  }

  private static Path stateFolder() {
    return AdminConfig.stateFolder(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  private static List<Service> services(Settings settings) {
    List<Service> services = new ArrayList<>();
    for (String name : settings.strings("services", ServiceCatalog.chosenByDefault())) {
      Service service =
          ServiceCatalog.named(name)
              .orElseThrow(() ->
                  settings.error(
                      "services",
                      "no service is called '"
                          + name
                          + "'; there is: "
                          + String.join(", ", ServiceCatalog.names())));
      if (services.stream().anyMatch(chosen -> chosen.name().equals(name))) {
        throw settings.error("services", "'" + name + "' is named twice");
      }
      services.add(service);
    }
    if (services.isEmpty()) {
      throw settings.error("services", "at least one is needed");
    }
    return services;
  }

  private static StoreProvider backend(Settings store) {
    Map<String, StoreProvider> providers = new TreeMap<>();
    for (StoreProvider provider : ServiceLoader.load(StoreProvider.class)) {
      providers.put(provider.name(), provider);
    }
    List<String> known = new ArrayList<>(List.of(BACKEND, REQUEST_TIMEOUT));
    known.addAll(providers.keySet());
    store.allowOnly(known.toArray(String[]::new));
    if (store.duration(REQUEST_TIMEOUT, DEFAULT_REQUEST_TIMEOUT).isZero()) {
      throw store.error(REQUEST_TIMEOUT, "must be longer than nothing");
    }
    providers.values().forEach(provider -> provider.check(sectionOf(provider, store)));
    String backend = store.string(BACKEND, "memory");
    return Optional.ofNullable(providers.get(backend))
        .orElseThrow(() ->
            store.error(
                BACKEND,
                "no store is called '"
                    + backend
                    + "'; there is: "
                    + String.join(", ", providers.keySet())));
  }

  /**
   * Returns what a store is opened with: its own section, and under it what is common to all.
   *
   * @param provider of the store
   * @param store the section {@code store}
   * @return its section
   */
  public static Settings sectionOf(StoreProvider provider, Settings store) {
    Settings own = store.section(provider.name());
    Settings.Node common = store.written().children().get(REQUEST_TIMEOUT);
    if (common == null || own.has(REQUEST_TIMEOUT)) {
      return own;
    }
    return with(own, REQUEST_TIMEOUT, common);
  }

  /** A store that listens moves with everything else, unless its section says by how much. */
  private static Settings moved(StoreProvider provider, Settings own, int portOffset) {
    if (!provider.listens() || own.has(PORT_OFFSET)) {
      return own;
    }
    Settings moved =
        with(own, PORT_OFFSET, new Settings.Scalar(Integer.toString(portOffset), PORT_OFFSET));
    provider.check(moved);
    return moved;
  }

  private static Settings with(Settings own, String key, Settings.Node value) {
    Map<String, Settings.Node> children = new LinkedHashMap<>(own.written().children());
    children.put(key, value);
    return Settings.of(own.path(), new Settings.Section(children, own.written().origin()));
  }
}
