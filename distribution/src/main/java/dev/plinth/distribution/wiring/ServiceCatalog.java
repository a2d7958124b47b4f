package dev.plinth.distribution.wiring;

import dev.plinth.chassis.Service;
import dev.plinth.service.centro.CentroService;
import dev.plinth.service.gateway.GatewayService;
import dev.plinth.service.labmgr.LabManagerService;
import dev.plinth.service.registry.RegistryService;
import dev.plinth.service.ztap.ZtapService;
import java.util.List;
import java.util.Optional;

/** The services of this distribution. Stateless. */
public final class ServiceCatalog {
  private ServiceCatalog() {}

  /**
   * Returns every service there is.
   *
   * @return in the order in which they start
   */
  public static List<Service> all() {
    return List.of(
        new CentroService(),
        new ZtapService(),
        new LabManagerService(),
        new RegistryService(),
        new GatewayService());
  }

  /**
   * Returns their names.
   *
   * @return in the order in which they start
   */
  public static List<String> names() {
    return all().stream().map(Service::name).toList();
  }

  /**
   * Returns the names of those that start unless the configuration says which: not the gateway,
   * which opens all data of the store to whoever reaches its port.
   *
   * @return in the order in which they start
   */
  public static List<String> chosenByDefault() {
    return names().stream().filter(name -> !name.equals(GatewayService.NAME)).toList();
  }

  /**
   * Finds a service.
   *
   * @param name what it is called
   * @return the service, if there is one of that name
   */
  public static Optional<Service> named(String name) {
    return all().stream().filter(service -> service.name().equals(name)).findFirst();
  }
}
