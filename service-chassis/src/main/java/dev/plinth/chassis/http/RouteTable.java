package dev.plinth.chassis.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.ArrayList;
import java.util.List;

/**
 * The routes of a server, while it is built.
 *
 * <p>One thread at a time. Handlers run on a virtual thread per request and may block; what they
 * throw is answered as a problem.
 */
public final class RouteTable {
  static final String ROUTE = "dev.plinth.route";

  private final RoutesConfig javalin;
  private final EventStreams streams;
  private final List<Route> routes = new ArrayList<>();

  RouteTable(RoutesConfig javalin, EventStreams streams) {
    this.javalin = javalin;
    this.streams = streams;
  }

  /**
   * Serves GET, and HEAD with it.
   *
   * @param path with parameters in braces
   * @param handler what answers
   */
  public void get(String path, Handler handler) {
    add(HandlerType.GET, path, handler);
  }

  /**
   * Serves POST.
   *
   * @param path with parameters in braces
   * @param handler what answers
   */
  public void post(String path, Handler handler) {
    add(HandlerType.POST, path, handler);
  }

  /**
   * Serves PUT.
   *
   * @param path with parameters in braces
   * @param handler what answers
   */
  public void put(String path, Handler handler) {
    add(HandlerType.PUT, path, handler);
  }

  /**
   * Serves PATCH.
   *
   * @param path with parameters in braces
   * @param handler what answers
   */
  public void patch(String path, Handler handler) {
    add(HandlerType.PATCH, path, handler);
  }

  /**
   * Serves DELETE.
   *
   * @param path with parameters in braces
   * @param handler what answers
   */
  public void delete(String path, Handler handler) {
    add(HandlerType.DELETE, path, handler);
  }

  /**
   * Serves GET with a stream of events.
   *
   * @param path with parameters in braces
   * @param handler what opens the stream
   */
  public void events(String path, EventHandler handler) {
    add(HandlerType.GET, path, ctx -> streams.serve(ctx, handler.open(ctx)));
  }

  /**
   * Runs before every request below a path, whether or not a route is there.
   *
   * @param path such as {@code /admin/*}
   * @param handler what may end the request by throwing
   */
  public void before(String path, Handler handler) {
    javalin.before(path, handler);
  }

  /**
   * Returns what was added so far.
   *
   * @return the routes, in order
   */
  public List<Route> routes() {
    return List.copyOf(routes);
  }

  private void add(HandlerType method, String path, Handler handler) {
    routes.add(new Route(method.name(), path));
    javalin.addHttpHandler(
        method,
        path,
        ctx -> {
          ctx.attribute(ROUTE, path);
          handler.handle(ctx);
        });
  }
}
