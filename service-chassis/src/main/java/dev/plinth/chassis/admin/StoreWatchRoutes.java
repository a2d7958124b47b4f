package dev.plinth.chassis.admin;

import dev.plinth.chassis.http.EventSource;
import dev.plinth.chassis.http.RequestReader;
import dev.plinth.chassis.http.RouteTable;
import dev.plinth.chassis.http.Routes;
import dev.plinth.spi.KeyRange;
import dev.plinth.spi.Revision;
import dev.plinth.spi.Store;
import dev.plinth.spi.WatchOptions;
import io.javalin.http.Context;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;

/** Changes as they happen: {@code /admin/v1/store/watch}. */
final class StoreWatchRoutes implements Routes {
  private static final Duration PROGRESS = Duration.ofSeconds(30);

  private final Store store;

  @Inject
  StoreWatchRoutes(Store store) {
    this.store = store;
  }

  @Override
  public void register(RouteTable routes) {
    routes.events("/admin/v1/store/watch", this::watch);
  }

  private EventSource watch(Context ctx) {
    RequestReader request = RequestReader.of(ctx);
    KeyRange range = StoreRequests.range(request);
    Optional<Revision> from = request.resumeFrom();
    boolean previous = request.queryFlag("previous", false);
    request.finish();
    WatchOptions options = WatchOptions.of(range).withProgressEvery(PROGRESS);
    if (from.isPresent()) {
      options = options.from(from.get());
    }
    return WatchEvents.open(store, previous ? options.withPreviousValues() : options);
  }
}
