package dev.plinth.storage.etcd;

import dev.plinth.spi.Change;
import dev.plinth.spi.Revision;
import dev.plinth.spi.WatchBatch;
import io.etcd.jetcd.api.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * What one revision changed in the range of a watch, as the server sent it; without events it is a
 * progress mark.
 *
 * <p>Immutable.
 *
 * @param revision which
 * @param events all of them, in the order of their operations
 * @param bytes about how much memory they take
 */
record EtcdRevised(long revision, List<Event> events, long bytes) {
  /** What an event takes beyond its keys and values. */
  private static final long EVENT_OVERHEAD_BYTES = 256;

  static EtcdRevised mark(long revision) {
    return new EtcdRevised(revision, List.of(), 0);
  }

  static long bytesOf(Event event) {
    return EVENT_OVERHEAD_BYTES
        + event.getKv().getKey().size()
        + event.getKv().getValue().size()
        + event.getPrevKv().getValue().size();
  }

  boolean isMark() {
    return events.isEmpty();
  }

  WatchBatch batch() {
    List<Change> changes = new ArrayList<>(events.size());
    for (Event event : events) {
      changes.add(EtcdCodec.change(event));
    }
    return new WatchBatch(Revision.of(revision), changes);
  }
}
