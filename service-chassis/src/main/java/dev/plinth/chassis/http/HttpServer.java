package dev.plinth.chassis.http;

import dev.plinth.chassis.error.RefusalException;
import dev.plinth.chassis.lifecycle.LifecycleTiming;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.lifecycle.Phase;
import dev.plinth.chassis.lifecycle.StartException;
import dev.plinth.spi.StoreException;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.servlet.JavalinServlet;
import io.javalin.router.EndpointNotFound;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of one service.
 *
 * <p>Thread-safe. A virtual thread per request. Stopping ends the streams, refuses new requests and
 * lets those under way finish within the grace.
 */
public final class HttpServer implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final int SELECTORS = 1;
  private static final int ACCEPTORS = 0; // the selector accepts too
  private static final long IDLE_MILLIS = 60_000;
  private static final long STOPPING_IDLE_MILLIS = 100;

  private final HttpConfig config;
  private final HttpThreads threads;
  private final LifecycleTiming timing;
  private final MeterRegistry meters;
  private final Set<Routes> contributions;
  private final EventStreams streams = new EventStreams();

  private volatile Optional<Running> running = Optional.empty();

  /** What exists while the server runs. */
  private record Running(Server server, ServerConnector connector, List<Route> routes) {}

  @Inject
  HttpServer(
      HttpConfig config,
      HttpThreads threads,
      LifecycleTiming timing,
      MeterRegistry meters,
      Set<Routes> contributions) {
    this.config = config;
    this.threads = threads;
    this.timing = timing;
    this.meters = meters;
    this.contributions = contributions;
  }

  @Override
  public Phase phase() {
    return Phase.SERVE;
  }

  /**
   * Returns the port that the server listens on.
   *
   * @return the one asked for, or the free one that was found
   * @throws IllegalStateException if it does not run
   */
  public int port() {
    return running().connector().getLocalPort();
  }

  /**
   * Returns where clients on this machine reach the server.
   *
   * @return such as {@code http://127.0.0.1:8080}
   * @throws IllegalStateException if it does not run
   */
  public URI uri() {
    return URI.create("http://" + config.bindAddress().uriHost() + ":" + port());
  }

  /**
   * Returns what is served.
   *
   * @return every route
   * @throws IllegalStateException if it does not run
   */
  public List<Route> routes() {
    return running().routes();
  }

  private Running running() {
    return running.orElseThrow(() -> new IllegalStateException("the HTTP server does not run"));
  }

  @Override
  public void start() {
    Server server = new Server(threads.pool(), threads.timer(), threads.buffers());
    server.setStopTimeout(timing.drainGrace().toMillis());
    server.setErrorHandler(HttpServer::answerError);
    ServerConnector connector =
        new ServerConnector(
            server, ACCEPTORS, SELECTORS, new HttpConnectionFactory(httpConfiguration()));
    connector.setHost(config.bindAddress().host());
    connector.setPort(config.port());
    connector.setIdleTimeout(IDLE_MILLIS);
    connector.setShutdownIdleTimeout(STOPPING_IDLE_MILLIS);
    server.addConnector(connector);
    try {
      // First the port: what is most likely to fail fails before anything costs time.
      connector.open();
      RoutesBuilt built = build();
      server.setHandler(new GracefulHandler(built.handler()));
      server.start();
      running = Optional.of(new Running(server, connector, built.routes()));
    } catch (IOException refused) {
      stop(server);
      throw new StartException(refusalToListen(refused), refused);
    } catch (RuntimeException defect) {
      stop(server);
      throw defect;
    } catch (Exception failed) { // Jetty declares no narrower one
      stop(server);
      throw new StartException("The HTTP server of " + config.service() + " failed", failed);
    }
  }

  private String refusalToListen(IOException refused) {
    String place = config.bindAddress().host() + ":" + config.port();
    boolean taken = refused instanceof BindException || refused.getCause() instanceof BindException;
    return taken
        ? config.key()
            + ": "
            + place
            + " is in use or not ours; choose another port, or port-offset"
        : config.key() + ": cannot listen on " + place + ": " + refused.getMessage();
  }

  @Override
  public void stop() {
    streams.stop();
    running.ifPresent(now -> stop(now.server()));
    running = Optional.empty();
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception failed) { // Jetty declares no narrower one
      LOG.atWarn().setCause(failed).log("The HTTP server did not stop as it should");
    }
  }

  private static HttpConfiguration httpConfiguration() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    // Ids may hold any character, also an escaped slash.
    http.setUriCompliance(
        UriCompliance.DEFAULT.with(
            "plinth",
            Violation.AMBIGUOUS_PATH_SEGMENT,
            Violation.AMBIGUOUS_PATH_SEPARATOR,
            Violation.AMBIGUOUS_PATH_PARAMETER,
            Violation.AMBIGUOUS_PATH_ENCODING,
            Violation.SUSPICIOUS_PATH_CHARACTERS));
    return http;
  }

  private record RoutesBuilt(ServletContextHandler handler, List<Route> routes) {}

  private RoutesBuilt build() {
    RouteTable[] table = new RouteTable[1];
    Javalin javalin =
        Javalin.create(javalinConfig -> {
          configure(javalinConfig);
          table[0] = new RouteTable(javalinConfig.routes, streams);
          for (Routes routes : contributions) {
            routes.register(table[0]);
          }
        });
    ServletContextHandler handler =
        new ServletContextHandler(
            ServletContextHandler.NO_SESSIONS | ServletContextHandler.NO_SECURITY);
    handler.getServletHandler().setDecodeAmbiguousURIs(true);
    // The plain servlet: the usual one brings WebSockets, which nobody here uses.
    handler.addServlet(new ServletHolder(new JavalinServlet(javalin.unsafe)), "/*");
    return new RoutesBuilt(handler, table[0].routes());
  }

  private void configure(JavalinConfig javalin) {
    javalin.startup.showJavalinBanner = false;
    javalin.startup.showOldJavalinVersionWarning = false;
    javalin.startup.startupWatcherEnabled = false;
    javalin.http.prefer405over404 = true;
    javalin.http.compressionStrategy = CompressionStrategy.NONE;
    javalin.http.maxRequestSize = RequestBody.LIMIT_BYTES;
    javalin.requestLogger.http((ctx, millis) -> measure(ctx, millis));
    javalin.routes.exception(Exception.class, this::answer);
    // Javalin answers its own exceptions in its own way unless they are named.
    javalin.routes.exception(HttpResponseException.class, this::answer);
    javalin.routes.exception(EndpointNotFound.class, this::answer);
    javalin.router.javaLangErrorHandler((response, error) -> {
      LOG.atError().setCause(error).log("A request failed badly");
      response.setStatus(500);
    });
  }

  private void answer(Exception thrown, Context ctx) {
    Reply.problem(
        ctx,
        switch (thrown) {
          case RefusalException refusal -> Problems.of(refusal);
          case ProblemException known -> known.problem();
          case StoreException failure -> Problems.of(failure);
          case HttpResponseException response -> Problems.of(response);
          default -> unexpected(thrown, ctx);
        });
  }

  private Problem unexpected(Exception thrown, Context ctx) {
    LOG.atError()
        .setCause(thrown)
        .addKeyValue("service", config.service())
        .addKeyValue("method", ctx.method().name())
        .addKeyValue("path", ctx.path())
        .log("A request failed");
    return Problems.internal();
  }

  /** Answers what never reached a route, such as a request that is not HTTP. */
  private static boolean answerError(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    Problem problem = unrouted(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
    response.write(true, ByteBuffer.wrap(Json.write(problem.toJson())), callback);
    return true;
  }

  private static Problem unrouted(int status) {
    if (status == 503) {
      return Problems.stopping();
    }
    return status >= 500
        ? Problems.internal()
        : Problem.of(status, "http-" + status, "The request failed", "This is not a valid request");
  }

  private void measure(Context ctx, float millis) {
    String route = ctx.attribute(RouteTable.ROUTE);
    Timer.builder("plinth.http.request")
        .description("Requests by route and status")
        .tag("service", config.service())
        .tag("method", ctx.method().name())
        .tag("route", route == null ? "none" : route)
        .tag("status", Integer.toString(ctx.statusCode()))
        .register(meters)
        .record((long) (millis * 1000), TimeUnit.MICROSECONDS);
  }
}
