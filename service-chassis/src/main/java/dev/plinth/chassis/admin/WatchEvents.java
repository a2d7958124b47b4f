package dev.plinth.chassis.admin;

import dev.plinth.chassis.http.EventSource;
import dev.plinth.chassis.http.ServerEvent;
import dev.plinth.spi.Change;
import dev.plinth.spi.Store;
import dev.plinth.spi.StoreException;
import dev.plinth.spi.Watch;
import dev.plinth.spi.WatchBatch;
import dev.plinth.spi.WatchOptions;
import java.util.ArrayList;
import java.util.List;

/** A watch as events. One reader; close from any thread. */
final class WatchEvents implements EventSource {
  private final Watch watch;
  private List<ServerEvent> ready;

  private WatchEvents(Watch watch, List<ServerEvent> ready) {
    this.watch = watch;
    this.ready = ready;
  }

  /**
   * Opens a watch. If it begins now, its first event says at which revision that is.
   *
   * @throws StoreException if it cannot begin, also where its start is compacted
   */
  static WatchEvents open(Store store, WatchOptions options) {
    Watch watch = store.watches().open(options);
    try {
      List<ServerEvent> ready = new ArrayList<>();
      if (options.from().isEmpty()) {
        ready.add(ServerEvent.progress(watch.startedAt()));
      }
      // Asked here, a lost start is an answer to the request and not an event.
      watch.tryNext().ifPresent(batch -> ready.addAll(events(batch)));
      return new WatchEvents(watch, ready);
    } catch (StoreException failed) {
      watch.close();
      throw failed;
    }
  }

  @Override
  public List<ServerEvent> next() throws InterruptedException {
    if (!ready.isEmpty()) {
      List<ServerEvent> first = ready;
      ready = List.of();
      return first;
    }
    return events(watch.next());
  }

  @Override
  public void close() {
    watch.close();
  }

  private static List<ServerEvent> events(WatchBatch batch) {
    return batch.isProgress()
        ? List.of(ServerEvent.progress(batch.revision()))
        : batch.changes().stream().map(WatchEvents::event).toList();
  }

  private static ServerEvent event(Change change) {
    return new ServerEvent(
        change.kind() == Change.Kind.PUT ? ServerEvent.Kind.PUT : ServerEvent.Kind.DELETE,
        change.revision(),
        StoreJson.change(change));
  }
}
