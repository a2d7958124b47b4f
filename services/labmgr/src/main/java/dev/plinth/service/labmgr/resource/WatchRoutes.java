package dev.plinth.service.labmgr.resource;

import dev.plinth.chassis.http.EventSource;
import dev.plinth.chassis.http.Json;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.ServerEvent;
import dev.plinth.chassis.http.ServerEvent.Kind;
import dev.plinth.chassis.lifecycle.Managed;
import dev.plinth.chassis.lifecycle.Phase;
import dev.plinth.service.labmgr.document.Document;
import dev.plinth.service.labmgr.document.DocumentCodec;
import dev.plinth.spi.HandleClosedException;
import dev.plinth.spi.HistoryLostException;
import dev.plinth.spi.IncarnationLostException;
import dev.plinth.spi.Revision;
import dev.plinth.spi.StoreException;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches over HTTP, as server-sent events and as lines of JSON. Thread-safe.
 *
 * <p>Lines are written on the thread of their request. When the service stops, their watches are
 * closed before the server waits for its requests.
 */
final class WatchRoutes implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(WatchRoutes.class);

  private final Resources resources;
  private final Set<ResourceWatch> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  @Inject
  WatchRoutes(Resources resources) {
    this.resources = resources;
  }

  @Override
  public Phase phase() {
    return Phase.SERVE;
  }

  @Override
  public void start() {}

  @Override
  public void stop() {
    stopping = true;
    open.forEach(ResourceWatch::close);
  }

  /** Opens server-sent events. */
  EventSource events(ResourceKind kind, Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    String namespace = ResourceRoutes.namespace(ctx, request);
    Selector selector = ResourceRoutes.selector(kind, request);
    Optional<Revision> version = ResourceRoutes.seen(request);
    Optional<Revision> seen =
        request.resumeFrom().map(first -> Revision.of(first.value() - 1)).or(() -> version);
    request.finish();
    return new Events(kind, open(kind, namespace, selector, seen));
  }

  private ResourceWatch open(
      ResourceKind kind, String namespace, Selector selector, Optional<Revision> seen) {
    return seen.isPresent()
        ? resources.follow(kind, namespace, selector, seen.get())
        : resources.follow(kind, namespace, selector);
  }

  private record Events(ResourceKind kind, ResourceWatch watch) implements EventSource {
    @Override
    public List<ServerEvent> next() throws InterruptedException {
      return watch.next().stream().map(this::told).toList();
    }

    private ServerEvent told(ResourceEvent event) {
      Kind meaning =
          switch (event) {
            case ResourceEvent.Added added -> Kind.PUT;
            case ResourceEvent.Modified modified -> Kind.PUT;
            case ResourceEvent.Invalid invalid -> Kind.PUT;
            case ResourceEvent.Deleted deleted -> Kind.DELETE;
            case ResourceEvent.Bookmark bookmark -> Kind.PROGRESS;
          };
      return new ServerEvent(
          meaning, event.revision(), DocumentCodec.tree(ResourceDocuments.event(kind, event)));
    }

    @Override
    public void close() {
      watch.close();
    }
  }

  /** Answers with lines of JSON until the client goes away or the service stops. */
  void lines(ResourceKind kind, Context ctx, RequestReader request) {
    String namespace = ResourceRoutes.namespace(ctx, request);
    Selector selector = ResourceRoutes.selector(kind, request);
    Optional<Revision> version = ResourceRoutes.seen(request);
    boolean initial = request.queryFlag("sendInitialEvents", version.isEmpty());
    request.queryFlag("allowWatchBookmarks", true);
    request.finish();
    Optional<Revision> seen =
        initial ? Optional.empty() : version.or(() -> Optional.of(resources.current()));
    try (ResourceWatch watch = open(kind, namespace, selector, seen)) {
      open.add(watch);
      if (!stopping) {
        ctx.contentType("application/json").header("Cache-Control", "no-store");
        write(kind, watch, ctx);
      }
      open.remove(watch);
    }
  }

  private static void write(ResourceKind kind, ResourceWatch watch, Context ctx) {
    try {
      // The servlet's own stream: Javalin's around it does not pass a flush on.
      OutputStream out = ctx.res().getOutputStream();
      out.flush();
      try {
        while (true) {
          write(kind, watch.next(), out);
        }
      } catch (HistoryLostException | IncarnationLostException lost) {
        out.write(line(gone(lost)));
        out.flush();
      }
    } catch (HandleClosedException closed) {
      LOG.debug("A watch was closed");
    } catch (StoreException failed) {
      LOG.atWarn().setCause(failed).log("A watch ended; its client will come back");
    } catch (IOException away) {
      LOG.debug("The client of a watch went away");
    } catch (InterruptedException asked) {
      LOG.debug("A watch was asked to end");
    }
  }

  private static void write(ResourceKind kind, List<ResourceEvent> events, OutputStream out)
      throws IOException {
    for (ResourceEvent event : events) {
      out.write(line(ResourceDocuments.event(kind, event)));
    }
    if (!events.isEmpty()) {
      out.flush();
    }
  }

  private static Document gone(StoreException lost) {
    Document problem =
        Document.EMPTY
            .with("type", "urn:plinth:problem:history-lost")
            .with("title", "The history asked for is compacted")
            .with("status", 410L)
            .with("detail", String.valueOf(lost.getMessage()) + ": list again");
    return Document.EMPTY.with("type", "ERROR").with("object", problem);
  }

  private static byte[] line(Document document) {
    return (Json.text(DocumentCodec.tree(document)) + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
