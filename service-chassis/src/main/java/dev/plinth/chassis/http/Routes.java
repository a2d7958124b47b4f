package dev.plinth.chassis.http;

/**
 * A feature's part of an HTTP API. Contributed through a set binding; all contributions of a
 * service are served on its port.
 */
public interface Routes {
  /**
   * Adds the routes. Called once, before the server listens.
   *
   * @param routes where to add them
   */
  void register(RouteTable routes);
}
